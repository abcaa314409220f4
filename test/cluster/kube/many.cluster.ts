// 20,000 objects: how much memory a reflector needs. `npm run bench -- sync` measures the time.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Reflector } from '../../../src/kube/index.ts'
import { controlPlaneObstacle, until } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { Etcd, type Stored } from '../support/etcd.ts'
import { runReflector } from './running.ts'
import { installThings, THINGS, type Thing, thing } from './things.ts'

const OBJECTS = 20_000
/** The size of a Recommendation with two containers. */
const VALUE = 'x'.repeat(1_500)

describe('20,000 objects', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: Administered

  before(async () => {
    cluster = await startAdministered({ controllers: false })
    await installThings(cluster, cluster.client)
    await new Etcd(cluster).write(Array.from({ length: OBJECTS }, (_, number) => stored(number)))
  })

  after(() => cluster?.stop())

  test('are all received in little memory, and so is a later change', async (context) => {
    const known = new Set<string>()
    const heapBefore = liveHeapBytes()
    let hasChanged = false
    const reflector = new Reflector<Thing, { name: string; value: string | undefined }>({
      client: cluster.client,
      type: THINGS,
      trim: ({ metadata, spec }) => {
        const value = spec!.value!
        return { name: metadata.name!, value: value === VALUE ? undefined : value }
      },
      onReplace(all) {
        for (const { name } of all) known.add(name)
      },
      onUpsert({ name, value }) {
        if (name === 'thing-777' && value === 'changed') hasChanged = true
      },
      onDelete: () => assert.fail('nothing was deleted'),
      onTrouble: ({ message }) => context.diagnostic(message),
    })
    runReflector(context, reflector)
    await until('the first list', () => reflector.isSynced)
    const keptMegabytes = (liveHeapBytes() - heapBefore) / 1e6
    assert.equal(known.size, OBJECTS)
    await cluster.client.apply(THINGS, thing('thing-777', 'changed'), { force: true })
    await until('the change', () => hasChanged)
    context.diagnostic(`kept ${keptMegabytes.toFixed(1)} MB of heap`)
    assert.ok(keptMegabytes < 10, 'what is not kept must not be held')
  })
})

/** Writes directly to etcd in the API server's format, because creating the objects one by one takes more than a minute. */
function stored(number: number): Stored {
  const { metadata, spec } = thing(`thing-${number}`, VALUE)
  const born = { uid: randomUUID(), creationTimestamp: '2026-01-01T00:00:00Z', generation: 1 }
  const object = { apiVersion: THINGS.apiVersion, kind: THINGS.kind, metadata: { ...metadata, ...born }, spec }
  return { key: `/registry/test.plimsoll.dev/things/default/${metadata.name}`, value: JSON.stringify(object) }
}

function liveHeapBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}
