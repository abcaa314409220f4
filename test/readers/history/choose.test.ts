import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { chooseHistory } from '../../../src/readers/history/choose.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-history-'))
})
after(() => rm(folder, { recursive: true }))

test('without options the history is the recording, for which less than a day is enough; otherwise the named one', async () => {
  const chosen = await Promise.all(
    [{}, { synthetic: true }, { history: 'usage.csv' }, { prometheus: 'http://127.0.0.1:9' }].map(async (options) => {
      const { source, origin, minimumHistory } = await chooseHistory(options)
      return [source.name.split(' (')[0]!.replace(/ .*examples/, ' examples'), Boolean(origin), minimumHistory?.seconds]
    }),
  )
  assert.deepEqual(chosen, [
    ['file examples/history.csv.gz', true, 900],
    ['synthetic history', false, undefined],
    ['file usage.csv', false, undefined],
    ['Prometheus http://127.0.0.1:9', false, undefined],
  ])
})

test('every Prometheus option reaches its server', async (t) => {
  const requests: IncomingMessage[] = []
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    requests.push(request)
    bodies.push((await request.setEncoding('utf8').toArray()).join('') + request.url)
    const resultType = request.url!.includes('query_range') ? 'matrix' : 'vector'
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ status: 'success', data: { resultType, result: [] } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, 'secret word \n')

  const { source } = await chooseHistory({
    prometheus: `http://127.0.0.1:${(server.address() as AddressInfo).port}/prom`,
    prometheusNamespace: ['shop'],
    prometheusLabel: [['cluster', 'prod']],
    prometheusHeader: [['X-Scope-OrgID', 'tenant']],
    prometheusUser: 'reader',
    prometheusPasswordFile: passwordFile,
  })
  for await (const batch of source.read()) assert.fail(`read ${batch.length} samples of nothing`)

  assert.ok(requests.length > 0)
  for (const { url, headers } of requests) {
    assert.match(url!, /^\/prom\/api\/v1\//)
    assert.equal(headers['x-scope-orgid'], 'tenant')
    assert.equal(headers.authorization, `Basic ${Buffer.from('reader:secret word ').toString('base64')}`)
  }
  const queries = decodeURIComponent(bodies.join('\n'))
  assert.match(queries, /namespace="shop"/)
  assert.match(queries, /cluster="prod"/)
})

test('incomplete basic auth, or an unreadable password, is reported', async () => {
  const prometheus = 'http://127.0.0.1:9'
  await assert.rejects(chooseHistory({ prometheus, prometheusUser: 'reader' }), {
    name: 'ReaderError',
    message: /needs both --prometheus-user and --prometheus-password-file/,
  })
  const options = { prometheus, prometheusUser: 'reader', prometheusPasswordFile: join(folder, 'missing') }
  await assert.rejects(chooseHistory(options), {
    name: 'ReaderError',
    message: /--prometheus-password-file .*missing: ENOENT/,
  })
})
