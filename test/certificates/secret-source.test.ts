import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { SecretSource } from '../../src/certificates/index.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { type Call, failure, startServer } from '../kube/fake-server.ts'
import { eventually } from '../webhook/harness.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const secret = (cert: string, resourceVersion = '5') => ({
  metadata: { namespace: 'plimsoll', name: 'tls', resourceVersion },
  data: { 'tls.crt': base64(cert), 'tls.key': base64('key') },
})
const list = (...items: object[]) => ({ metadata: { resourceVersion: '5' }, items })

/** A source over a server that answers the list as told; `watches` are the watches that it opened. */
async function following(context: TestContext, answerList: (call: Call) => void) {
  const watches: Call[] = []
  const logs: string[] = []
  const { client, calls } = await startServer(context, (call) => {
    if (call.query.get('watch')) {
      call.send()
      watches.push(call)
    } else answerList(call)
  })
  const logger = createLogger('debug', { write: (line) => void logs.push(line) })
  const source = new SecretSource({ client, namespace: 'plimsoll', name: 'tls', logger })
  const ending = new AbortController()
  const running = source.run(ending.signal)
  context.after(async () => {
    ending.abort()
    await running
  })
  return { source, calls, watches, logs }
}

const cert = async (source: SecretSource) => (await source.read()).cert.toString()

test('it asks for the one Secret by name, so that the right to read that one is enough', async (t) => {
  const { source, calls } = await following(t, (call) => call.reply(200, list(secret('a'))))
  await eventually(async () => assert.equal(await cert(source), 'a'))
  assert.equal((await source.read()).key.toString(), 'key')
  for (const { path, query } of calls) {
    assert.equal(path, '/api/v1/namespaces/plimsoll/secrets')
    assert.equal(query.get('fieldSelector'), 'metadata.name=tls')
  }
})

test('it gives the newest, says so when the Secret goes, and takes it up when it comes back', async (t) => {
  const { source, watches } = await following(t, (call) => call.reply(200, list()))
  await eventually(() => assert.rejects(source.read(), /there is no Secret plimsoll\/tls yet/))
  await eventually(() => assert.equal(watches.length, 1))
  watches[0]!.send({ type: 'ADDED', object: secret('a', '6') })
  await eventually(async () => assert.equal(await cert(source), 'a'))
  watches[0]!.send({ type: 'MODIFIED', object: secret('b', '7') })
  await eventually(async () => assert.equal(await cert(source), 'b'))
  watches[0]!.send({ type: 'DELETED', object: secret('b', '8') })
  await eventually(() => assert.rejects(source.read(), /there is no Secret/))
  watches[0]!.send({ type: 'ADDED', object: { ...secret('c', '9'), data: undefined } })
  await eventually(async () => assert.equal(await cert(source), ''))
})

test('until it has been read, it says so; what is logged of the trouble names no key', async (t) => {
  const { source, logs } = await following(t, (call) => call.reply(403, failure(403, 'Forbidden', 'no rights')))
  await eventually(() => assert.match(logs.join(), /Forbidden: no rights.*watching the serving certificate/))
  await assert.rejects(source.read(), /plimsoll\/tls is still being read/)
  assert.doesNotMatch(logs.join(), new RegExp(base64('key')))
})

test('it follows the keys of paths, and keeps the last ones when the Secret loses them: the registration still carries one', async (t) => {
  const keyed = (keys: string | undefined, version: string) => {
    const { data, metadata } = secret('a', version)
    return { metadata, data: { ...data, ...(keys !== undefined && { 'path.keys': base64(keys) }) } }
  }
  const [one, two] = ['1'.repeat(40), '2'.repeat(40)]
  const { source, watches } = await following(t, (call) => call.reply(200, list(secret('a'))))
  await eventually(() => assert.equal(watches.length, 1))
  assert.equal(source.pathKeys, undefined)
  watches[0]!.send({ type: 'MODIFIED', object: keyed(`${one}\nplain\n`, '6') })
  await eventually(() => assert.deepEqual(source.pathKeys, [one, 'plain']))
  watches[0]!.send({ type: 'MODIFIED', object: keyed(two, '7') })
  await eventually(() => assert.deepEqual(source.pathKeys, [two]))
  for (const [index, event] of [
    {
      type: 'MODIFIED',
      object: { ...keyed('nonsense', '8'), data: { ...secret('b').data, 'path.keys': base64('x') } },
    },
    { type: 'DELETED', object: keyed(undefined, '9') },
  ].entries()) {
    watches[0]!.send(event)
    await eventually(async () => {
      if (index === 0) assert.equal(await cert(source), 'b')
      else await assert.rejects(source.read(), /there is no Secret/)
    })
    assert.deepEqual(source.pathKeys, [two])
  }
})
