// What webhooks read of Recommendations as columns, beside the Recommendations themselves, on a real API server.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { RecommendationStatus } from '../../../src/api/index.ts'
import { KubeError, type KubeObject, Reflector } from '../../../src/kube/index.ts'
import {
  INJECTED_COLUMNS,
  INJECTED_RECOMMENDATIONS,
  NOT_APPLIED,
  RECOMMENDATIONS,
  Snapshot,
  trimToInjected,
  writeRecommendation,
} from '../../../src/recommendations/index.ts'
import type { Workload } from '../../../src/workloads/index.ts'
import { controlPlaneObstacle, until } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { inParallel } from '../support/api.ts'
import { runReflector } from './running.ts'

const CRD = join(import.meta.dirname, '../../../charts/plimsoll/files/crds/recommendations.plimsoll.dev.yaml')
const DEFINITION = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/recommendations.plimsoll.dev'
const SEED = 20_261
const NEW = { kind: 'Deployment', name: 'new' }

type Injected = ReturnType<typeof trimToInjected>
type Meaning = ReturnType<typeof meaningOf>

describe('Recommendations as columns', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: Administered

  before(async () => {
    cluster = await startAdministered({ controllers: false })
    await cluster.apply(readFileSync(CRD, 'utf8'))
    await until('Recommendations to be served', () => cluster.client.list(RECOMMENDATIONS).next())
  })

  after(() => cluster?.stop())

  /** A reflector of what is injected, and what it has told. */
  async function follow(context: TestContext, columns: readonly string[] | undefined) {
    const known = new Map<string, Meaning>()
    const troubles: Error[] = []
    const key = ({ spec: { workload } }: Injected) => `${workload.kind}/${workload.name}`
    const note = (one: Injected) => void known.set(key(one), meaningOf(one))
    const reflector = new Reflector({
      client: cluster.client,
      type: RECOMMENDATIONS,
      pageSize: 40,
      columns,
      columnsType: INJECTED_RECOMMENDATIONS,
      trim: trimToInjected,
      onReplace(all) {
        known.clear()
        for (const one of all) note(one)
      },
      onUpsert: note,
      onDelete: (one) => known.delete(key(one)),
      onTrouble: (error) => troubles.push(error),
    })
    runReflector(context, reflector)
    await until('the first list', () => reflector.isSynced)
    return { known, troubles }
  }

  test('say of each what the whole of it says, when listed, changed and deleted', async (context) => {
    const workload = (number: number): Workload => ({ namespace: 'default', kind: 'Deployment', name: `web-${number}` })
    const statuses = fc.sample(status, { numRuns: 120, seed: SEED })
    await inParallel(statuses, 8, async (one, number) => {
      await writeRecommendation(cluster.client, workload(number), one, { exists: false })
    })
    const listed = [await follow(context, undefined), await follow(context, INJECTED_COLUMNS)] as const
    assert.equal(listed[0].known.size, statuses.length)
    assert.deepEqual(sorted(listed[1].known), sorted(listed[0].known))
    assert.ok(
      [...listed[0].known.values()].some(({ applied, canary }) => applied !== NOT_APPLIED && canary !== applied),
    )

    const others = fc.sample(status, { numRuns: 60, seed: SEED + 1 })
    await inParallel(others, 8, async (one, number) => {
      await writeRecommendation(cluster.client, workload(number), one, { exists: true })
    })
    for (let number = 30; number < 90; number += 3) {
      await cluster.client.delete(RECOMMENDATIONS, { namespace: 'default', name: `deployment-web-${number}` })
    }
    const [whole, columns] = [await follow(context, undefined), listed[1]]
    assert.equal(whole.known.size, statuses.length - 20)
    await until('the changes', () => {
      assert.deepEqual(sorted(columns.known), sorted(whole.known))
      return true
    })
    assert.deepEqual(columns.troubles, [])
  })

  test('cannot be written by anybody, because what that version does not know would be lost', async () => {
    const name = { namespace: 'default', name: 'deployment-web-0' }
    const before = await cluster.client.get(RECOMMENDATIONS, name)
    const all = '/apis/plimsoll.dev/injected/namespaces/default/recommendations'
    const one = `${all}/${name.name}`
    const { json } = await cluster.api.call('GET', one)
    const created = { ...(json as object), metadata: { name: 'deployment-new' }, spec: { workload: NEW } }
    const applied = { apiVersion: 'plimsoll.dev/injected', kind: 'Recommendation', metadata: { name: name.name } }
    const writes = [
      ['an update that changes nothing', 'PUT', one, json, 'application/json'],
      ['a patch that changes nothing', 'PATCH', one, {}, 'application/merge-patch+json'],
      ['a label', 'PATCH', one, { metadata: { labels: { a: 'b' } } }, 'application/merge-patch+json'],
      ['an apply', 'PATCH', `${one}?fieldManager=me`, { ...applied, spec: {} }, 'application/apply-patch+yaml'],
      ['a new one', 'POST', all, created, 'application/json'],
    ] as const
    for (const [what, method, path, body, type] of writes) {
      const answer = await cluster.api.call(method, path, body as object, type)
      assert.equal(answer.status, 422, `${what}: ${answer.text}`)
    }
    assert.equal((await cluster.api.call('PATCH', `${one}/status`, {}, 'application/merge-patch+json')).status, 404)
    assert.deepEqual(await cluster.client.get(RECOMMENDATIONS, name), before)
  })

  test('are not what people see: kubectl prints no JSON and no column twice, also with -o wide', async () => {
    const printed = await cluster.kubectl(['get', 'rec', '--all-namespaces', '--output=wide'])
    assert.deepEqual(printed.split('\n')[0]!.trim().split(/ {2,}/), [
      ...[
        'NAMESPACE',
        'NAME',
        'MODE',
        'CPU',
        'MEMORY',
        'CONFIDENCE',
        'STATE',
        'SLO',
        'AGE',
        'GOAL',
        'APPLIED',
        'LEARNED',
      ],
    ])
    assert.doesNotMatch(printed, /[{}[\]"]/)
  })

  test('are read whole from a definition without that version, and somebody is told to install the one of this version', async (context) => {
    const definition = (await cluster.api.call('GET', DEFINITION)).json as Definition
    const patched = { spec: { versions: definition.spec.versions.filter(({ storage }) => storage) } }
    const answer = await cluster.api.call('PATCH', DEFINITION, patched, 'application/merge-patch+json')
    assert.equal(answer.status, 200, answer.text)
    await until('the version to be gone', async () => {
      const page = cluster.client.list(INJECTED_RECOMMENDATIONS, { columns: INJECTED_COLUMNS }).next()
      return page.then(
        () => false,
        (error) => error instanceof KubeError && error.status === 404,
      )
    })
    const [whole, without] = [await follow(context, undefined), await follow(context, INJECTED_COLUMNS)]
    assert.deepEqual(sorted(without.known), sorted(whole.known))
    assert.deepEqual(
      // A changed definition makes a new storage, of which watches are put off for a moment.
      without.troubles
        .filter((error) => !(error instanceof KubeError && error.status === 429))
        .map(({ message }) => message.replace(/ at https:[^ ]+:\d+/, '')),
      [
        'the server does not serve recommendations at plimsoll.dev/injected. ' +
          'The CustomResourceDefinition is older than this program: install the one of this version. ' +
          'Until then, whole objects are read.',
      ],
    )
    const target = { namespace: 'default', kind: 'Deployment', name: 'web-0' }
    const [next] = fc.sample(
      status.filter(({ applied }) => applied !== undefined),
      { numRuns: 1, seed: SEED + 2 },
    )
    await writeRecommendation(cluster.client, target, next!, { exists: true })
    await until('a change', () => {
      assert.deepEqual(without.known.get('Deployment/web-0'), whole.known.get('Deployment/web-0'))
      const { applied } = without.known.get('Deployment/web-0')!
      return typeof applied === 'object' && applied.revision === next!.applied!.revision
    })
  })
})

/** What Pods get of it, without the canary and with it. */
function meaningOf(injected: Injected) {
  const snapshot = new Snapshot()
  snapshot.put(injected)
  const workload = { namespace: injected.metadata.namespace, ...injected.spec.workload }
  return { applied: snapshot.lookup(workload), canary: snapshot.lookup(workload, () => true) }
}

function sorted(known: ReadonlyMap<string, Meaning>) {
  return [...known].sort(([a], [b]) => (a < b ? -1 : 1))
}

interface Definition extends KubeObject {
  readonly spec: { readonly versions: readonly { readonly storage: boolean }[] }
}

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const quantity = (unit: string) => fc.integer({ min: 1, max: 5_000 }).map((value) => `${value}${unit}`)
const REASONS = ['CappedAtNode', 'RaisedAfterOomKill', 'FromTheFuture']
const resource = (unit: string) =>
  fc.record(
    {
      request: quantity(unit),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      reasons: fc.subarray(REASONS),
    },
    { requiredKeys: ['request'], noNullPrototype: true },
  )
const container = fc.record(
  {
    cpu: resource('m'),
    memory: resource('Mi'),
    held: fc.record({ cpu: fc.constantFrom(...REASONS) }, { requiredKeys: [], noNullPrototype: true }),
  },
  { requiredKeys: [], noNullPrototype: true },
)
const revision = fc
  .tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.subarray(['app', 'sidecar', 'init-0']), container, container)
  .map(([revision, names, ...kinds]) => ({
    revision,
    time: '2026-06-02T00:00:00Z',
    source: 'observed' as const,
    goal: 'balanced' as const,
    containers: names.map((name, index) => ({ name, ...kinds[index % 2]! })),
  }))
const status = fc
  .record({
    applied: maybe(revision),
    learned: maybe(revision),
    canary: maybe(fc.record({ percent: fc.integer({ min: 1, max: 99 }), revision }, { noNullPrototype: true })),
  })
  .map((status) => JSON.parse(JSON.stringify(status)) as RecommendationStatus)
