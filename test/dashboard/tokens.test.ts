import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { Tokens } from '../../src/dashboard/index.ts'
import { bearerCredentials } from '../../src/kube/index.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { OWN, type ReviewServer, startReviewServer } from './review-server.ts'
import { madeBacking, post, type Served, serve } from './serve.ts'

const ALICE = 'alice-token.abc'
const BOB = 'bob-token.def'
const NOBODY = 'nobody-token'
const SESSION = '/api/v1/session'
/** It waits for approval: see madeFleet. */
const PENDING = '/api/v1/workloads/team-1/Deployment/service-7'

interface Setting extends Served {
  readonly cluster: ReviewServer
  readonly time: { now: number }
  readonly logged: string[]
  readonly as: (token: string) => Promise<Served['ask']>
}

async function setting(t: TestContext): Promise<Setting> {
  const cluster = await startReviewServer(t)
  cluster.users.set(ALICE, 'alice').set(BOB, 'bob').set(NOBODY, 'nobody')
  for (const right of [
    'alice list *',
    'alice get team-1',
    'alice patch team-1',
    'alice approve team-1',
    'bob list team-1',
    'bob get team-1',
  ])
    cluster.rights.add(right)
  const time = { now: 1 }
  const logged: string[] = []
  const { client, credentials } = cluster
  const signIn = new Tokens({
    client,
    credentials,
    version: 'test',
    fieldManager: 'plimsoll-dashboard',
    now: () => time.now,
  })
  const { readOnly: _, ...backing } = madeBacking(20)
  const logger = createLogger('debug', { write: (line) => void logged.push(line) })
  const served = await serve(t, { signIn, backing, elapsed: () => time.now, logger })
  const as = async (token: string): Promise<Served['ask']> => {
    const entered = await served.ask(SESSION, post({ secret: token }))
    if (entered.status !== 200) throw new Error(entered.text)
    const headers = {
      cookie: String(entered.headers['set-cookie']).split(';')[0]!,
      'x-plimsoll-csrf': entered.json().csrf,
    }
    return (path, options = {}) => served.ask(path, { ...options, headers: { ...headers, ...options.headers } })
  }
  return { ...served, cluster, time, logged, as }
}

function namespacesOf({ json }: { readonly json: () => { rows: { namespace: string }[] } }): string[] {
  return [...new Set(json().rows.map(({ namespace }) => namespace))].sort()
}

describe('by tokens', () => {
  test('people see the namespaces whose Recommendations they may list, and no others', async (t) => {
    const { as } = await setting(t)
    const [alice, bob, nobody] = [await as(ALICE), await as(BOB), await as(NOBODY)]
    assert.deepEqual(namespacesOf(await alice('/api/v1/fleet')), ['shop', 'team-0', 'team-1'])
    const his = await bob('/api/v1/fleet')
    assert.deepEqual(namespacesOf(his), ['team-1'])
    assert.equal(his.json().isPartial, true)
    const insight = (await bob('/api/v1/insight')).json()
    assert.deepEqual(
      insight.namespaces.map(({ name }: { name: string }) => name),
      ['team-1'],
    )
    assert.equal(insight.total.workloads, insight.workloads.length)
    assert.equal((await bob('/api/v1/workloads/team-0/Deployment/service-2')).status, 404)
    assert.equal((await bob('/api/v1/workloads/team-0/Deployment/service-2/usage?range=7d')).status, 404)
    const nothing = (await nobody('/api/v1/fleet')).json()
    assert.deepEqual([nothing.rows, nothing.isPartial, nothing.notes], [[], true, []])
    assert.equal((await nobody(PENDING)).status, 404)
  })

  test('what somebody decides is written with their own token, never with the dashboard’s', async (t) => {
    const { as, cluster } = await setting(t)
    const revision = (revision: number, cpu: string) => ({
      ...{ revision, time: '2026-01-01T00:00:00Z', source: 'observed', goal: 'balanced' },
      containers: [{ name: 'app', cpu: { request: cpu }, memory: { request: '1Gi' } }],
    })
    const status = { applied: revision(1, '200m'), pending: revision(2, '100m') }
    cluster.recommendations.set('team-1/deployment-service-7', {
      ...{ apiVersion: 'plimsoll.dev/v1alpha1', kind: 'Recommendation', status },
      metadata: { namespace: 'team-1', name: 'deployment-service-7' },
      spec: { workload: { kind: 'Deployment', name: 'service-7' } },
    })
    const alice = await as(ALICE)
    const approved = await alice(`${PENDING}/approve`, { ...post({ revision: 2, for: '7d' }) })
    assert.equal(approved.status, 200, approved.text)
    assert.match(approved.json().says, /^revision 2 approved until 20.*: app CPU 200m -> 100m$/)
    const patch = cluster.asked.find(({ method }) => method === 'PATCH')!
    assert.equal(patch.authorization, `Bearer ${ALICE}`)
    assert.equal(patch.body.spec.approval.approver, 'alice')
    assert.deepEqual(patch.body.spec.approval.containers, status.pending.containers)
    assert.match(patch.path, /fieldManager=plimsoll-dashboard/)
    const own = cluster.asked.filter(({ authorization }) => authorization === `Bearer ${OWN}`)
    assert.ok(
      own.every(({ method, path }) => method === 'POST' && /\/(tokenreviews|subjectaccessreviews)\?/.test(path)),
    )

    const stale = await alice(`${PENDING}/approve`, post({ revision: 1 }))
    assert.deepEqual([stale.status, stale.json().error.code], [422, 'Refused'])
    assert.match(stale.json().error.says, /revision 2 is pending, not 1: look at it, and try again/)
    const blind = await alice(`${PENDING}/approve`, post({}))
    assert.deepEqual([blind.status, blind.json().error.code], [400, 'Malformed'])
    assert.equal(cluster.asked.filter(({ method }) => method === 'PATCH').length, 1)
  })

  test('a person who may only read is refused by the API server, with the reason', async (t) => {
    const { as, cluster } = await setting(t)
    cluster.recommendations.set('team-1/deployment-service-7', {
      ...{ apiVersion: 'plimsoll.dev/v1alpha1', kind: 'Recommendation' },
      metadata: { namespace: 'team-1', name: 'deployment-service-7' },
      spec: { workload: { kind: 'Deployment', name: 'service-7' } },
    })
    const bob = await as(BOB)
    assert.deepEqual((await bob(PENDING)).json().rights, { decide: false, approve: false })
    const refused = await bob(`${PENDING}/hold`, post({ reason: 'mine' }))
    assert.deepEqual([refused.status, refused.json().error.code], [403, 'Forbidden'])
    assert.match(refused.json().error.says, /bob may not patch in team-1/)
  })

  test('a restart takes the right to read and to change the workload itself, and is sent with the token of the person', async (t) => {
    const { as, cluster, logged, time } = await setting(t)
    const alice = await as(ALICE)
    const offered = async (ask: typeof alice, path = PENDING) => (await ask(path)).json().restart
    const right = (verb: string) => `alice ${verb} team-1/deployments.apps`
    cluster.rights.add(right('get'))
    assert.deepEqual(await offered(alice), { may: false, type: 'deployments.apps' })
    const refused = await alice(`${PENDING}/restart`, post({}))
    assert.deepEqual([refused.status, /alice patch/.test(refused.text)], [403, true])

    cluster.rights.add(right('patch'))
    time.now += 60_001
    assert.deepEqual(await offered(alice), { may: true, type: 'deployments.apps' })
    const restarted = await alice(`${PENDING}/restart`, post({}))
    assert.deepEqual([restarted.status, restarted.json().says], [200, 'its Pods are being replaced'])
    const [patch] = cluster.asked.filter(({ method, path }) => method === 'PATCH' && path.includes('/deployments/'))
    assert.match(patch!.path, /\/namespaces\/team-1\/deployments\/service-7\?/)
    const patches = cluster.asked.filter(({ method }) => method === 'PATCH')
    assert.ok(patches.every(({ authorization }) => authorization === `Bearer ${ALICE}`))
    assert.ok(logged.some((line) => /"action":"restart".*decided/.test(line)))

    assert.deepEqual(await offered(await as(BOB)), { may: false, type: 'deployments.apps' })
    assert.equal((await (await as(BOB))(`${PENDING}/restart`, post({}))).status, 403)
  })

  test('a token that is revoked is good for a minute more, and its session then over', async (t) => {
    const { as, cluster, time } = await setting(t)
    const alice = await as(ALICE)
    cluster.users.delete(ALICE)
    time.now += 59_000
    assert.equal((await alice('/api/v1/fleet')).status, 200)
    time.now += 2_000
    const over = await alice('/api/v1/fleet')
    assert.deepEqual([over.status, over.json().error.code], [401, 'SignedOut'])
    cluster.users.set(ALICE, 'alice')
    assert.equal((await alice('/api/v1/fleet')).status, 401)
  })

  test('a revoked right stays valid for a minute, because reviews are not asked more often', async (t) => {
    const { as, cluster, time } = await setting(t)
    const bob = await as(BOB)
    const reviews = () => cluster.asked.filter(({ path }) => path.includes('reviews')).length
    await bob('/api/v1/fleet')
    const asked = reviews()
    for (let i = 0; i < 20; i++) await bob('/api/v1/fleet')
    assert.equal(reviews(), asked)
    cluster.rights.delete('bob list team-1')
    time.now += 61_000
    assert.deepEqual(namespacesOf(await bob('/api/v1/fleet')), [])
  })

  test('a bearer token may come with each request, and then no cookie is needed', async (t) => {
    const { ask } = await setting(t)
    const headers = { authorization: `Bearer ${BOB}` }
    assert.deepEqual(namespacesOf(await ask('/api/v1/fleet', { headers })), ['team-1'])
    assert.equal((await ask('/api/v1/fleet', { headers: { authorization: 'Bearer wrong' } })).status, 401)
    assert.equal((await ask('/api/v1/fleet', { headers: { ...headers, 'sec-fetch-site': 'cross-site' } })).status, 403)
  })

  test('who fails too often waits, with tokens in headers as with those that are typed', async (t) => {
    const { ask, cluster } = await setting(t)
    for (let i = 0; i < 10; i++) await ask('/api/v1/fleet', { headers: { authorization: `Bearer wrong-${i}` } })
    const reviews = cluster.asked.length
    assert.equal((await ask('/api/v1/fleet', { headers: { authorization: 'Bearer wrong' } })).status, 429)
    assert.equal((await ask(SESSION, post({ secret: 'wrong' }))).status, 429)
    assert.equal(cluster.asked.length, reviews)
  })

  test('what is no token is not even asked about', async (t) => {
    const { ask, cluster } = await setting(t)
    for (const secret of ['two words', 'line\nbreak', 'x'.repeat(17_000), 'ü'])
      assert.equal((await ask(SESSION, post({ secret }))).status, 401, secret.slice(0, 9))
    assert.deepEqual(cluster.asked, [])
  })

  test('where the API server cannot say whose a token is, nobody comes in and nobody is blamed', async (t) => {
    const { ask, as, cluster, time } = await setting(t)
    const alice = await as(ALICE)
    cluster.broken = 500
    const answer = await ask(SESSION, post({ secret: BOB }))
    assert.deepEqual([answer.status, answer.json().error.code], [503, 'Unavailable'])
    for (let i = 0; i < 12; i++) assert.equal((await ask(SESSION, post({ secret: BOB }))).status, 503)
    time.now += 61_000
    assert.equal((await alice('/api/v1/fleet')).status, 503)
    cluster.broken = undefined
    assert.equal((await alice('/api/v1/fleet')).status, 200)
  })

  test('no token is ever logged or answered', async (t) => {
    const { as, ask, logged, cluster } = await setting(t)
    const alice = await as(ALICE)
    cluster.broken = 500
    const answers = [
      await ask(SESSION, post({ secret: BOB })),
      await alice(`${PENDING}/hold`, post({})),
      await ask('/api/v1/fleet', { headers: { authorization: `Bearer ${BOB}` } }),
      await alice(SESSION),
    ]
    const all = logged.join('') + answers.map(({ text, headers }) => text + JSON.stringify(headers)).join('')
    assert.ok(logged.length > 0)
    for (const secret of [ALICE, BOB, OWN]) assert.ok(!all.includes(secret))
  })

  test('requests of a person who signed in with a token carry only that token, none of the dashboard’s own credentials', async () => {
    const secrets = { cert: 'c', key: 'k', pfx: Buffer.from('p'), passphrase: 'x', auth: 'user:pass' }
    const own = {
      ca: 'ca',
      servername: 'kube',
      rejectUnauthorized: true,
      headers: { authorization: 'Bearer own', cookie: 'mine' },
    }
    const base = { server: 'https://kube', namespace: 'n', access: async () => ({ ...secrets, ...own }), forget() {} }
    assert.deepEqual(await bearerCredentials(base, 'theirs').access(), {
      ...{ ca: 'ca', servername: 'kube', rejectUnauthorized: true },
      headers: { authorization: 'Bearer theirs' },
    })
  })
})
