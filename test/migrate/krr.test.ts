import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiObject } from '../../src/migrate/index.ts'
import { valueAt } from '../../src/migrate/plan/merge-patch.ts'
import { FakeCluster, namespace, workload } from './cluster.ts'

const MODE = 'admission.robusta.dev/krr-mutation-mode'
const ANNOTATIONS = ['spec', 'template', 'metadata', 'annotations']

/** KRR's enforcer, with variables. */
function enforcer(env: Record<string, string> = {}): ApiObject {
  return enforcerWith({ env: Object.entries(env).map(([name, value]) => ({ name, value })) })
}

/** KRR's enforcer, with any fields of its container. */
function enforcerWith(fields: object): ApiObject {
  const made = workload('Deployment', 'krr-enforcer', { namespace: 'robusta' })
  const containers = [{ name: 'enforcer', image: 'robusta/krr-enforcer:0.3', ...fields }]
  return { ...made, spec: { ...made.spec, template: { spec: { containers } } } }
}

function learned(objects: readonly ApiObject[]): FakeCluster {
  const cluster = new FakeCluster([namespace('shop'), ...objects])
  for (const { workload } of cluster.state().workloads) cluster.learn(`shop/deployment-${workload.name}`)
  return cluster
}

const enforced = workload('Deployment', 'web', { annotations: { [MODE]: 'enforce' } })
const ignored = workload('Deployment', 'api', { annotations: { [MODE]: 'ignore' } })
const plain = workload('Deployment', 'cart')
const outcomes = (cluster: FakeCluster) =>
  cluster.plan('krr').rows.map(({ workload, source }) => `${workload}: ${source}`)

test('workloads count by their annotation, and else by the default of the enforcer', () => {
  const all = [enforced, ignored, plain]
  assert.deepEqual(outcomes(learned(all)), ['shop deployment/web: KRR enforcer (enforce)'])
  const byDefault = learned([...all, enforcer(), namespace('robusta')])
  assert.deepEqual(
    outcomes(byDefault).filter((row) => row.startsWith('shop')),
    ['shop deployment/web: KRR enforcer (enforce)', 'shop deployment/cart: KRR enforcer (default)'],
  )
  const ignoring = learned([...all, enforcer({ KRR_MUTATION_MODE_DEFAULT: 'ignore' })])
  assert.deepEqual(outcomes(ignoring), ['shop deployment/web: KRR enforcer (enforce)'])
})

test('a workload is switched off in its Pod template, handed over, and restored exactly', () => {
  const excluding = enforcer({ KRR_MUTATION_MODE_DEFAULT: 'ignore', EXCLUDED_CONTAINERS: 'proxy, app-init' })
  const web = workload('Deployment', 'web', { containers: ['app', 'proxy'], annotations: { [MODE]: 'enforce' } })
  const cluster = learned([web, plain, excluding])
  const before = cluster.contents()
  const { changes } = cluster.plan('krr')
  assert.match(changes[2]!.says, /annotation .* -> ignore in its Pod template: its Pods are replaced/)
  cluster.apply(changes, () => {
    const mode = valueAt(cluster.get('Deployment', 'shop', 'web'), [...ANNOTATIONS, MODE])
    assert.ok(!(mode === 'enforce' && cluster.plimsollActs('shop', 'Deployment', 'web')))
  })
  assert.deepEqual(valueAt(cluster.get('Deployment', 'shop', 'web'), ANNOTATIONS), {
    [MODE]: 'ignore',
    'plimsoll.dev/ignore-containers': 'proxy',
  })
  assert.deepEqual(cluster.plan('krr').changes, [])
  assert.equal(cluster.plimsollActs('shop', 'Deployment', 'web'), true)
  assert.equal(cluster.plimsollActs('shop', 'Deployment', 'cart'), false)
  cluster.apply(cluster.undo('krr').changes)
  assert.deepEqual(cluster.contents(), before)
})

test('a Pod template without annotations gets them, and loses them again', () => {
  const cluster = learned([plain, enforcer()])
  const before = cluster.contents()
  cluster.apply(cluster.plan('krr').changes)
  assert.deepEqual(valueAt(cluster.get('Deployment', 'shop', 'cart'), ANNOTATIONS), { [MODE]: 'ignore' })
  cluster.apply(cluster.undo('krr').changes)
  assert.deepEqual(cluster.contents(), before)
})

test('what is not known about the enforcer is said', () => {
  const says = (objects: ApiObject[]) =>
    learned(objects)
      .plan('krr')
      .notes.map((note) => note.says)
      .join('\n')
  assert.match(says([enforced]), /no Deployment of the enforcer was found/)
  assert.match(says([enforced, enforcer()]), /it enforces by default, also on workloads that are created later/)
  assert.match(says([enforced, enforcer()]), /changes new Pods only/)
  assert.equal(says([plain]), '')
})

test('variables whose value is in another object are unknown, and nothing is guessed', () => {
  const from = (name: string) => ({ name, valueFrom: { configMapKeyRef: { name: 'krr', key: name } } })
  const plan = (fields: object) => learned([enforced, plain, enforcerWith(fields)]).plan('krr')
  const mode = plan({ env: [from('KRR_MUTATION_MODE_DEFAULT')] })
  assert.deepEqual(
    mode.rows.map(({ workload }) => workload),
    ['shop deployment/web'],
  )
  assert.match(mode.notes.map(({ says }) => says).join('\n'), /KRR_MUTATION_MODE_DEFAULT is not in its Deployment/)
  for (const fields of [{ env: [from('EXCLUDED_CONTAINERS')] }, { envFrom: [{ secretRef: { name: 'krr' } }] }]) {
    const { changes, notes } = plan(fields)
    assert.deepEqual(changes, [])
    assert.match(
      notes.map(({ says }) => says).join('\n'),
      /EXCLUDED_CONTAINERS of the enforcer is not in its Deployment/,
    )
  }
})

test('a variable without a value is empty, and the last one of a name counts', () => {
  const name = 'KRR_MUTATION_MODE_DEFAULT'
  const rows = (env: object[]) => learned([plain, enforcerWith({ env })]).plan('krr').rows.length
  assert.equal(rows([{ name }]), 0)
  assert.equal(
    rows([
      { name, value: 'enforce' },
      { name, value: 'ignore' },
    ]),
    0,
  )
})
