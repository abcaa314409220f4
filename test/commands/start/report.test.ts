import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportOf } from '../../../src/commands/start/report.ts'
import { DEFAULT_PRICES } from '../../../src/config/index.ts'
import { HOURS_PER_MONTH } from '../../../src/insight/index.ts'
import { parseManifests } from '../../../src/readers/manifests/manifests.ts'
import { admit, exampleManifests } from './cases.ts'
import { LEARNED, learned, learnedContainer } from './learned.ts'

const PRICES = { coreHour: 1 / HOURS_PER_MONTH, gibHour: 10 / HOURS_PER_MONTH }

function reportOn(text: string, ...recommendations: Parameters<typeof admit>[1]) {
  return reportOf(admit(parseManifests(text, 'test.yaml').manifests, recommendations), PRICES)
}

const DEPLOYMENT = `kind: Deployment
metadata: {name: a}
spec:
  replicas: 3
  template: {spec: {containers: [{name: a, resources: {requests: {cpu: 2, memory: 2Gi}}}]}}
`
const HALF = learnedContainer('a', {
  cpu: ['500m', '900m', '500m', '600m'],
  memory: ['1Gi', '2Gi', '800Mi', '900Mi'],
})

test('what is saved counts every replica, cores and GiB, at the given prices', () => {
  const { rows, total } = reportOn(DEPLOYMENT, learned('Deployment default/a', HALF))
  assert.deepEqual(rows[0]!.containers[0]!.cpu, { before: 2, after: 0.5 })
  assert.deepEqual(rows[0]!.containers[0]!.memory, { before: 2 ** 31, after: 2 ** 30 })
  const expected = 3 * (1.5 * 1 + 1 * 10)
  assert.ok(Math.abs(rows[0]!.containers[0]!.saved! - expected) < 1e-9)
  assert.ok(Math.abs(total.saved! - expected) < 1e-9)
  assert.deepEqual(total.cpu, { before: 6, after: 1.5 })
  assert.equal(total.pods, 3)
})

test('what needs more than it asked for costs: the sum is honest', () => {
  const small = DEPLOYMENT.replace('cpu: 2, memory: 2Gi', 'cpu: 100m, memory: 512Mi')
  const { total } = reportOn(small, learned('Deployment default/a', HALF))
  assert.ok(Math.abs(total.saved! - 3 * (-0.4 - 5)) < 1e-9)
})

test('a CronJob is neither priced nor part of the sum, as it reserves only while it runs', () => {
  const text = `kind: CronJob
metadata: {name: a}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, resources: {requests: {cpu: 2}}}]}}}}}
`
  const { rows, total } = reportOn(text, learned('CronJob default/a', HALF))
  assert.equal(rows[0]!.containers[0]!.saved, undefined)
  assert.deepEqual(rows[0]!.containers[0]!.cpu, { before: 2, after: 0.5 })
  const nothing = { before: undefined, after: undefined }
  assert.deepEqual(total, { pods: 0, cpu: nothing, memory: nothing, saved: undefined })
})

test('a Pod that is left alone keeps its values, costs nothing, and says why', () => {
  const optedOut = DEPLOYMENT.replace('template: {', 'template: {metadata: {labels: {plimsoll.dev/inject: "false"}}, ')
  const { rows } = reportOn(optedOut, learned('Deployment default/a', HALF))
  const [container] = rows[0]!.containers
  assert.deepEqual(container!.cpu, { before: 2, after: 2 })
  assert.equal(container!.saved, 0)
  assert.match(container!.why, /label plimsoll\.dev\/inject: "false"/)
})

test('an init container that ends is not shown; one that keeps running as a sidecar is', () => {
  const text = `kind: Pod
metadata: {name: a}
spec:
  initContainers: [{name: migrate}, {name: proxy, restartPolicy: Always}]
  containers: [{name: a}]
`
  const labelled = text.replace('{name: a}', '{name: a, labels: {plimsoll.dev/workload: a}}')
  const { rows } = reportOn(labelled, learned('Pod default/a', HALF))
  assert.deepEqual(
    rows[0]!.containers.map(({ name }) => name),
    ['proxy', 'a'],
  )
})

test('workloads that save most are first; those without a price are last', () => {
  const { rows } = reportOf(admit(exampleManifests(), LEARNED), DEFAULT_PRICES)
  const saved = rows.map(({ containers }) => containers.reduce((sum, one) => sum + (one.saved ?? Number.NaN), 0))
  const priced = saved.filter((value) => !Number.isNaN(value))
  assert.deepEqual(
    priced,
    priced.toSorted((a, b) => b - a),
  )
  assert.equal(rows.at(-1)!.kind, 'CronJob')
})
