import { Fleet, type FleetPod, readFleetPod } from '../../src/fleet/index.ts'
import { DEFAULT_POLICY, PolicyIndex } from '../../src/policy/index.ts'
import { parseEnvelope, parseMatrix } from '../../src/prometheus/answer.ts'
import { parseManifests } from '../../src/readers/index.ts'
import { appended } from '../../src/revisions/changelog.ts'
import { reconcile } from '../../src/revisions/index.ts'
import { ConstraintsIndex, readLimitRange } from '../../src/sizing/index.ts'
import { app, input, pod, RULES } from '../../test/revisions/reconcile-input.ts'
import { lines, range } from './inputs.ts'
import type { Growing } from './measure.ts'

const NAMESPACE = 'shop'

function podsOf(n: number): readonly FleetPod[] {
  return range(n, (i) => {
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: `web-${i % 100}`, controller: true }]
    const metadata = { uid: `uid-${i}`, name: `web-${i}`, namespace: NAMESPACE, ownerReferences }
    const spec = { containers: [{ name: 'app', image: 'web:1', resources: { requests: { cpu: '1' } } }] }
    return readFleetPod({ metadata, spec })
  })
}

function fleetOf(pods: readonly FleetPod[]): Fleet {
  const fleet = new Fleet('plimsoll')
  fleet.setMode(NAMESPACE, 'auto')
  fleet.replacePods(NAMESPACE, [])
  for (const pod of pods) fleet.putPod(pod)
  return fleet
}

function answer(series: number, points: number): string {
  const values = range(points, (i) => [1_700_000_000 + 60 * i, String(i / 7)])
  const result = range(series, (i) => ({ metric: { namespace: NAMESPACE, pod: `web-${i}`, container: 'app' }, values }))
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } })
}

const matrix = (text: string) => () => parseMatrix(parseEnvelope(text)!.data)
const manifests = (text: string) => () => parseManifests(text, 'growth.yaml')
const deployment = (i: number) =>
  `---\nkind: Deployment\nmetadata: {name: web-${i}}\nspec:\n  template:\n    spec:\n      containers:\n      - name: web\n`
const listed = (i: number) => `- kind: Pod\n  metadata: {name: web-${i}}\n  spec:\n    containers:\n    - name: web\n`
const json = (i: number) => ({ kind: 'Pod', metadata: { name: `web-${i}` }, spec: { containers: [{ name: 'web' }] } })

const rule = readLimitRange({ limits: [{ type: 'Container', max: { cpu: '64' } }] } as never)

/** What people, clusters and Prometheus servers give that is read elsewhere than in an admission, each from n to 2n of it. */
export const ELSEWHERE: readonly Growing[] = [
  {
    what: 'LimitRanges that change one by one',
    n: 2_000,
    prepare: (n) => () => {
      const index = new ConstraintsIndex()
      for (let i = 0; i < n; i++) index.limitRanges.put({ namespace: NAMESPACE, name: `range-${i}`, value: rule })
      return index.of(NAMESPACE)
    },
  },
  {
    what: 'SizingPolicies that change one by one',
    n: 2_000,
    prepare: (n) => () => {
      const cluster = {
        policy: DEFAULT_POLICY,
        goal: 'balanced',
        criticality: 'medium',
        running: 'never',
        windows: [],
      } as const
      const index = new PolicyIndex(cluster)
      for (let i = 0; i < n; i++) index.put(NAMESPACE, { name: `policy-${i}`, spec: {} })
      return index.effective(NAMESPACE, {})
    },
  },
  {
    what: 'Pods that a watch adds',
    n: 2_000,
    prepare: (n) => {
      const pods = podsOf(n)
      return () => fleetOf(pods)
    },
  },
  {
    what: 'workloads of a fleet, by Pods',
    n: 2_000,
    prepare: (n) => {
      const fleet = fleetOf(podsOf(n))
      return () => [...fleet.workloads()]
    },
  },
  { what: 'documents of a manifest', n: 500, prepare: (n) => manifests(lines(n, deployment)) },
  { what: 'items of a list in YAML', n: 500, prepare: (n) => manifests(`kind: List\nitems:\n${lines(n, listed)}`) },
  {
    what: 'items of a list in JSON',
    n: 1_000,
    prepare: (n) => manifests(JSON.stringify({ kind: 'List', items: range(n, json) }, null, 1)),
  },
  { what: 'keys of a map in YAML', n: 4_000, prepare: (n) => manifests(lines(n, (i) => `key-${i}: value\n`)) },
  { what: 'series of an answer', n: 500, prepare: (n) => matrix(answer(n, 20)) },
  { what: 'points of a series', n: 20_000, prepare: (n) => matrix(answer(1, n)) },
  {
    what: 'reconcile, by containers',
    n: 32,
    prepare: (n) => {
      const learned = range(n, (i) => ({ ...app('800m', '900Mi')[0]!, name: `app-${i}` }))
      const shape = {
        slots: learned.map(({ name }) => ({ name, kind: 'container' as const })),
        overhead: { cpu: 0n, memory: 0n },
      }
      const before = reconcile(undefined, input(learned, { author: new Map(), shape }), RULES).status
      const more = range(n, (i) => ({ ...app('2', '3Gi')[0]!, name: `app-${i}` }))
      return () => reconcile(before, input(more, { author: new Map(), shape }), RULES)
    },
  },
  {
    what: 'reconcile, by Pods',
    n: 1_000,
    prepare: (n) => {
      const before = reconcile(undefined, input(app('800m', '900Mi')), RULES).status
      const pods = range(n, (i) => pod(i % 2, i / 1000))
      return () => reconcile(before, input(app('800m', '900Mi'), { pods }), RULES)
    },
  },
  {
    what: 'entries of a changelog',
    n: 500,
    prepare: (n) => {
      const change = { time: '2026-03-01T00:00:00Z', reason: 'Learned', by: 'plimsoll', changes: [] }
      const all = range(n, () => change) as never
      return () => appended(all, all)
    },
  },
]
