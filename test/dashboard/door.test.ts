import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { createLogger } from '../../src/telemetry/index.ts'
import { HOSTILE } from './made-fleet.ts'
import { cookieOf, post, serve } from './serve.ts'

const SESSION = '/api/v1/session'

describe('the door', () => {
  test('a body that is packed, or is no JSON, is refused as such before anybody signs in, and is no failure of ours', async (t) => {
    const logs: { readonly level: string }[] = []
    const logger = createLogger('debug', { write: (line) => void logs.push(JSON.parse(line)) })
    const { ask } = await serve(t, { logger })
    const refused = async (body: Buffer | string, headers: Record<string, string>) => {
      const answer = await ask(SESSION, { ...post({}), body, headers: { ...post({}).headers, ...headers } })
      return answer.status
    }
    assert.equal(await refused(Buffer.from('1f8b0800deadbeef', 'hex'), { 'content-encoding': 'gzip' }), 415)
    assert.equal(await refused('{', {}), 400)
    assert.ok(!logs.some(({ level }) => level === 'error'))
  })

  test('every answer, refusals too, forbids foreign scripts, markup made of text, and frames', async (t) => {
    const { ask, signedIn } = await serve(t)
    const signed = await signedIn()
    for (const answer of [
      await ask('/'),
      await ask('/nowhere'),
      await ask('/api/v1/fleet'),
      await signed('/api/v1/fleet'),
    ]) {
      const policy = String(answer.headers['content-security-policy']).split('; ')
      for (const rule of [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
      ])
        assert.ok(policy.includes(rule), `${rule} in ${policy}`)
      assert.doesNotMatch(policy.join(), /unsafe|https?:|\*|data:/)
      assert.equal(answer.headers['x-frame-options'], 'DENY')
      assert.equal(answer.headers['x-content-type-options'], 'nosniff')
      assert.equal(answer.headers['referrer-policy'], 'no-referrer')
      assert.equal(answer.headers['cross-origin-resource-policy'], 'same-origin')
      assert.equal(answer.headers['cache-control'], 'no-store')
      assert.equal(answer.headers['x-powered-by'], undefined)
    }
  })

  test('the page holds no inline script, style or handler', async (t) => {
    const { ask } = await serve(t)
    const { text } = await ask('/')
    assert.doesNotMatch(text, /<style|style=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:/i)
    assert.doesNotMatch(text, /https?:\/\//)
  })

  test('without a session, nothing of the fleet is shown, and no decision is possible', async (t) => {
    const { ask } = await serve(t)
    const asked = [
      await ask(SESSION),
      await ask('/api/v1/fleet'),
      await ask('/api/v1/insight'),
      await ask('/api/v1/workloads/team-0/Deployment/service-2'),
      await ask('/api/v1/workloads/team-0/Deployment/service-2/usage?range=7d'),
      await ask('/api/v1/workloads/team-0/Deployment/service-2/approve', post({ revision: 2 })),
      await ask('/api/v1/fleet', { headers: { authorization: 'Bearer anything' } }),
      await ask('/api/v1/fleet', { headers: { cookie: `plimsoll-session=${'a'.repeat(43)}` } }),
    ]
    for (const answer of asked) {
      assert.equal(answer.status, 401, answer.text)
      assert.equal(answer.json().error.code, 'SignedOut')
      assert.doesNotMatch(answer.text, /service-/)
    }
  })

  test('the link works once, and the next one is another', async (t) => {
    const { ask, link } = await serve(t)
    const first = link()
    assert.match(first, /^#token=[\w-]{43}$/)
    const secret = first.replace('#token=', '')
    assert.equal((await ask(SESSION, post({ secret: secret.slice(0, -1) }))).status, 401)
    const entered = await ask(SESSION, post({ secret }))
    assert.equal(entered.status, 200)
    assert.match(
      String(entered.headers['set-cookie']),
      /^plimsoll-session-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    assert.ok(!entered.text.includes(secret))
    assert.equal((await ask('/api/v1/fleet', { headers: { cookie: cookieOf(entered) } })).status, 200)
    const again = await ask(SESSION, post({ secret }))
    assert.equal(again.status, 401)
    assert.match(again.json().error.says, /has been used already/)
    assert.notEqual(link(), first)
  })

  test('under https the cookie is bound to the host and sent over https alone', async (t) => {
    const { ask, link, host } = await serve(t)
    const body = post({ secret: link().replace('#token=', '') })
    const entered = await ask(SESSION, { ...body, headers: { ...body.headers, origin: `https://${host}` } })
    assert.match(
      String(entered.headers['set-cookie']),
      /^__Host-plimsoll-session-\d+=.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    )
    assert.equal((await ask('/api/v1/fleet', { headers: { cookie: cookieOf(entered) } })).status, 200)
  })

  test('under another name it answers nothing: a name that was made to point here is of no use', async (t) => {
    const { ask, host } = await serve(t)
    const port = host.split(':')[1]
    for (const foreign of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.2:${port}`]) {
      for (const path of ['/', '/api/v1/fleet', '/api/v1/session', '/assets/icon.svg']) {
        const answer = await ask(path, { headers: { host: foreign } })
        assert.equal(answer.status, 421, `${foreign}${path}`)
        assert.match(answer.json().error.says, /answers only under 127\.0\.0\.1:/)
      }
    }
    for (const own of [`localhost:${port}`, `[::1]:${port}`, `LOCALHOST:${port}`])
      assert.equal((await ask('/', { headers: { host: own } })).status, 200)
  })

  test('what another site has a browser ask for is refused, signed in or not', async (t) => {
    const { ask, signedIn, link, host } = await serve(t)
    const signed = await signedIn()
    const path = '/api/v1/workloads/team-0/Deployment/service-2/hold'
    const foreign = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', origin: `http://${host}` },
    ]
    for (const headers of foreign) {
      for (const answer of [
        await signed(path, { ...post({}), headers: { 'content-type': 'application/json', ...headers } }),
        await signed('/api/v1/fleet', { headers }),
        await ask(SESSION, {
          ...post({ secret: link().slice(7) }),
          headers: { 'content-type': 'application/json', ...headers },
        }),
      ]) {
        assert.equal(answer.status, 403, JSON.stringify(headers))
        assert.equal(answer.json().error.code, 'ForeignOrigin')
      }
    }
    for (const origin of ['http://evil.example', 'null', `https://evil.${host}`, 'http://127.0.0.1:1']) {
      const answer = await signed(path, { ...post({}), headers: { 'content-type': 'application/json', origin } })
      assert.equal(answer.status, 403, origin)
    }
    const typed = await signed(path, {
      ...post({}),
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'none' },
    })
    assert.equal(typed.status, 403)
    assert.equal((await signed('/api/v1/fleet', { headers: { 'sec-fetch-site': 'none' } })).status, 200)
    assert.equal((await signed('/api/v1/fleet', { headers: { 'sec-fetch-site': 'same-origin' } })).status, 200)
  })

  test('a change needs what only the page knows', async (t) => {
    const { signedIn } = await serve(t)
    const signed = await signedIn()
    const path = '/api/v1/workloads/team-0/Deployment/service-2/hold'
    for (const csrf of ['', 'a'.repeat(43)]) {
      const answer = await signed(path, {
        ...post({}),
        headers: { 'content-type': 'application/json', 'x-plimsoll-csrf': csrf },
      })
      assert.deepEqual([answer.status, answer.json().error.code], [403, 'WrongToken'])
    }
    const form = await signed(path, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' })
    assert.deepEqual([form.status, form.json().error.code], [415, 'NotJson'])
    // Past the door, where nobody can decide.
    const whole = await signed(path, { ...post({}), headers: { 'content-type': 'application/json' } })
    assert.deepEqual([whole.status, whole.json().error.code], [405, 'NotAllowed'])
  })

  test('a client that fails too often must wait; people who are signed in continue to work', async (t) => {
    let now = 1
    const { ask, signedIn, link } = await serve(t, { elapsed: () => now })
    const signed = await signedIn()
    for (let i = 0; i < 10; i++) assert.equal((await ask(SESSION, post({ secret: `wrong-${i}` }))).status, 401)
    const secret = link().replace('#token=', '')
    const late = await ask(SESSION, post({ secret }))
    assert.equal(late.status, 429)
    assert.equal(late.headers['retry-after'], '60')
    assert.match(late.json().error.says, /try again in 60 s/)
    assert.equal((await signed('/api/v1/fleet')).status, 200)
    now = 60_001
    assert.equal((await ask(SESSION, post({ secret }))).status, 200)
  })

  test('a session ends after an hour without its owner, and after twelve in any case', async (t) => {
    let now = 1
    const { signedIn } = await serve(t, { elapsed: () => now })
    const signed = await signedIn()
    const hour = 60 * 60_000
    now += hour - 1
    assert.equal((await signed(SESSION)).status, 200)
    now += hour + 1
    assert.equal((await signed(SESSION)).status, 401)
    const other = await signedIn()
    const began = now
    for (let minutes = 0; minutes < 12 * 60; minutes += 59) {
      now = began + minutes * 60_000
      assert.equal((await other(SESSION)).status, 200, `after ${minutes} minutes`)
    }
    now = began + 12 * hour
    assert.equal((await other(SESSION)).status, 401)
  })

  test('a session ends at sign-out, even if a client keeps the cookie', async (t) => {
    const { signedIn } = await serve(t)
    const signed = await signedIn()
    const left = await signed(SESSION, { method: 'DELETE' })
    assert.equal(left.status, 204)
    assert.match(String(left.headers['set-cookie']), /plimsoll-session-\d+=; Path=\/; Expires=Thu, 01 Jan 1970/)
    assert.equal((await signed(SESSION)).status, 401)
  })

  test('bodies and headers are limited, and malformed requests get a reason', async (t) => {
    const { ask, signedIn } = await serve(t)
    const signed = await signedIn()
    const json = { 'content-type': 'application/json' }
    const path = '/api/v1/workloads/team-0/Deployment/service-2/hold'
    const large = await signed(path, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ reason: 'x'.repeat(5000) }),
    })
    assert.deepEqual([large.status, large.json().error.code], [413, 'TooLarge'])
    const long = await ask(SESSION, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ secret: 'x'.repeat(40_000) }),
    })
    assert.equal(long.status, 413)
    for (const body of ['{', '[]', '{"revision":"1"}', '{"more":1}', '{"revision":-1}']) {
      const answer = await signed(path, { method: 'POST', headers: json, body })
      assert.deepEqual([answer.status, answer.json().error.code], [400, 'Malformed'], body)
    }
    const heavy = await ask('/', { headers: { 'x-heavy': 'x'.repeat(40_000) } })
    assert.equal(heavy.status, 431)
  })

  test('a workload that does not exist is refused in the same way, however its name is written', async (t) => {
    const { ask, signedIn, url } = await serve(t)
    const signed = await signedIn()
    for (const path of [
      '/api/v1/workloads/team-0/Deployment/nobody',
      '/api/v1/workloads/%2e%2e/Deployment/service-2',
      '/api/v1/workloads/a/b/c/d/e',
      '/api/v1/nothing',
      '/assets/..%2findex.html',
      '/assets/%2e%2e%2f%2e%2e%2fserver.ts',
      '/assets/index.html',
      '/%c0%af',
    ]) {
      assert.equal((await signed(path)).status, 404, path)
    }
    assert.equal((await ask('/', { method: 'POST' })).status, 404)
    const port = Number(new URL(url).port)
    const raw = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.end('GET ../../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n'))
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('error', reject)
      socket.on('close', () => resolve(text))
    })
    assert.match(raw, /^HTTP\/1\.1 4\d\d /)
  })

  test('a name made of markup is passed on as the text that it is, never as a page', async (t) => {
    const { signedIn } = await serve(t)
    const signed = await signedIn()
    const fleet = await signed('/api/v1/fleet')
    assert.equal(fleet.headers['content-type'], 'application/json; charset=utf-8')
    assert.ok(fleet.json().rows.some(({ name }: { name: string }) => name === HOSTILE))
    const page = await signed(`/workloads/team-0/Deployment/${encodeURIComponent(HOSTILE)}`)
    assert.equal(page.status, 200)
    assert.ok(!page.text.includes('onerror'))
    const detail = await signed(`/api/v1/workloads/team-0/Deployment/${encodeURIComponent(HOSTILE)}`)
    assert.equal(detail.json().insight.name, HOSTILE)
    const missing = await signed(`/api/v1/workloads/team-0/${encodeURIComponent(HOSTILE)}/x`)
    assert.ok(!missing.text.includes('onerror'))
  })
})
