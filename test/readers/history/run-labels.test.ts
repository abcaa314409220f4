// Kinds of users whose runs repeat by labels in the settings: the report names their workloads like learner and webhook.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { DEFAULT_PRICES } from '../../../src/config/index.ts'
import { chooseHistory, readFleetFacts } from '../../../src/readers/index.ts'
import { runRules, workloadKey } from '../../../src/workloads/index.ts'

const TIMES = Array.from({ length: 300 }, (_, i) => 1_790_000_000 + 300 * i)
const PODS = ['nightly-x7k2p', 'nightly-9wq4z']
const USAGE = PODS.flatMap((pod) => [
  ...TIMES.map(
    (s) => `container_memory_working_set_bytes{namespace="ci",pod="${pod}",container="step"} 100000000 ${s}`,
  ),
  `kube_pod_owner{namespace="ci",pod="${pod}",owner_kind="BatchRun",owner_name="${pod}",owner_is_controller="true"} 1 ${TIMES[0]}`,
  `kube_pod_labels{namespace="ci",pod="${pod}",label_example_com_batch="nightly"} 1 ${TIMES[0]}`,
])
const deployment = (name: string) => `kind: Deployment
metadata: {name: ${name}, namespace: ci}
spec: {replicas: 2, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app, resources: {requests: {cpu: 1}}}]}}}
`

async function keysOf(t: TestContext, rules: ReturnType<typeof runRules>): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-run-labels-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [history, manifests] = [join(folder, 'usage.om'), join(folder, 'pods.yaml')]
  writeFileSync(history, [...USAGE, '# EOF', ''].join('\n'))
  writeFileSync(manifests, `${deployment('web-blue')}---\n${deployment('web-green')}`)
  const { source } = await chooseHistory({ history, rules })
  const options = { prices: DEFAULT_PRICES, goal: 'balanced' as const, nowSeconds: TIMES.at(-1)!, rules }
  const { workloads } = await readFleetFacts({ history: source, manifests: [manifests] }, options)
  return workloads.map(({ workload, pods }) => `${workloadKey(workload)} ${pods}`).sort()
}

test('runs are one workload, and so are versions that share a label', async (t) => {
  const keys = await keysOf(t, runRules({ 'BatchRun.example.com': ['example.com/batch'], Deployment: ['app'] }))
  assert.equal(keys.filter((key) => key.startsWith('ci/BatchRun')).length, 1, keys.join('\n'))
  assert.match(keys.join('\n'), /ci\/BatchRun(\.example\.com)?\/nightly /)
  assert.ok(keys.includes('ci/Deployment/web 4'), keys.join('\n'))
})

test('without these settings each run is a workload', async (t) => {
  const keys = await keysOf(t, runRules())
  assert.equal(keys.filter((key) => key.startsWith('ci/BatchRun')).length, 2, keys.join('\n'))
  assert.deepEqual(
    keys.filter((key) => key.includes('Deployment')),
    ['ci/Deployment/web-blue 2', 'ci/Deployment/web-green 2'],
  )
})
