import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KnownExperiments } from '../../src/informers/index.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { until } from '../cluster/harness/until.ts'
import { startServer } from '../kube/fake-server.ts'

const experiment = (name: string, spec: object, more: object = {}) => ({
  metadata: { namespace: 'staging', name, uid: name, resourceVersion: '1', managedFields: [{}], ...more },
  spec,
})
const SPEC = { target: 'deployment/web', loads: [{ name: 'peak', http: { url: 'http://web', rate: 10 } }] }

test('all Experiments are known, and which of them this version can read', async (t) => {
  const items = [experiment('one', SPEC, { finalizers: ['plimsoll.dev/restore'] }), experiment('newer', { target: 7 })]
  const watches: { send(...events: object[]): void }[] = []
  const { client } = await startServer(t, (call) => {
    if (!call.query.has('watch')) return call.reply(200, { metadata: { resourceVersion: '1' }, items })
    watches.push(call)
    call.sendRaw('')
  })
  const known = new KnownExperiments()
  const ending = new AbortController()
  const following = known.follow({ client, logger: createLogger('silent') }, ending.signal)
  t.after(async () => {
    ending.abort()
    await following
  })
  await until('the list', () => known.stored().length === 2)
  assert.deepEqual(
    known.all().map(({ name, status }) => [name, status]),
    [['one', {}]],
  )
  const { managedFields, finalizers } = known.stored()[0]!.metadata
  assert.deepEqual([managedFields, finalizers], [undefined, ['plimsoll.dev/restore']])
  await until('the watch', () => watches[0])
  watches[0]!.send({ type: 'DELETED', object: experiment('one', SPEC) })
  await until('the deletion', () => known.stored().length === 1)
  assert.deepEqual(known.all(), [])
})
