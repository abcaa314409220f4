import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CHART } from '../../scripts/chart/files.ts'
import { helm, helmObstacle, IMAGE, only, type Rendered, render } from './helm.ts'

const NAME = 'plimsoll-dashboard'
const ENABLED = { dashboard: { enabled: true } }

describe('the chart with the dashboard', { skip: helmObstacle() ?? false }, () => {
  test('has none of it unless it is asked for', async () => {
    assert.deepEqual(
      (await render()).filter(({ metadata }) => metadata.name.includes('dashboard')),
      [],
    )
  })

  test('passes the linter of helm without a warning', async () => {
    const linted = await helm(['lint', CHART, '--strict', '--values=-'], JSON.stringify({ ...IMAGE, ...ENABLED }))
    assert.match(linted, /1 chart\(s\) linted, 0 chart\(s\) failed/)
  })

  test('gives it a separate account that can write nothing, and says what each right is for', async () => {
    const objects = await render(ENABLED)
    const { rules } = only(objects, 'ClusterRole', NAME)
    const reviews = ['tokenreviews', 'subjectaccessreviews']
    for (const { resources, verbs, apiGroups } of rules) {
      for (const all of [resources, verbs, apiGroups]) assert.ok(!all.includes('*'))
      if (resources.some((one: string) => reviews.includes(one))) assert.deepEqual(verbs, ['create'])
      else assert.deepEqual(verbs, ['list'], resources.join())
      assert.ok(!resources.includes('secrets'))
    }
    const role = only(objects, 'Role', NAME)
    assert.deepEqual(role.rules, [
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['plimsoll-fleet'], verbs: ['get'] },
    ])
    const bindings = objects.filter(
      ({ kind, subjects }) => kind.endsWith('Binding') && subjects?.some(({ name }: { name: string }) => name === NAME),
    )
    assert.deepEqual(
      bindings.map(({ roleRef }) => `${roleRef.kind} ${roleRef.name}`),
      [`ClusterRole ${NAME}`, `Role ${NAME}`],
    )
    assert.equal(deployment(objects).serviceAccountName, NAME)
  })

  test('has no right on Pods, of any API group, nor on what defines them: their environment may hold secrets', async () => {
    const pools = [{ name: 'spot', labels: { pool: 'spot' }, coreHour: 0.01, gibHour: 0.001 }]
    const objects = await render({ dashboard: { enabled: true, prices: { pools } } })
    const granted = ['ClusterRole', 'Role'].flatMap((kind) => only(objects, kind, NAME).rules as Rendered[])
    assert.deepEqual(granted.flatMap(({ resources }) => resources).toSorted(), [
      'horizontalpodautoscalers',
      'nodes',
      'recommendationcheckpoints',
      'recommendations',
      'secrets',
      'subjectaccessreviews',
      'tokenreviews',
    ])
  })

  test('shows what the learner publishes in a Secret of the release, which only the learner may change', async () => {
    const objects = await render(ENABLED)
    const secret = only(objects, 'Secret', 'plimsoll-fleet')
    assert.equal(secret.data, undefined)
    const option = `--fleet-secret=${secret.metadata.name}`
    assert.ok(deployment(objects).containers[0].args.includes(option))
    const learner = only(objects, 'Deployment', 'plimsoll-learner').spec.template.spec
    assert.ok(learner.containers[0].args.includes(option))
    const mayWrite = ({ rules = [] }: Rendered) =>
      rules.some(
        ({ resourceNames = [], verbs }: Rendered) =>
          resourceNames.includes('plimsoll-fleet') && !verbs.every((verb: string) => verb === 'get'),
      )
    assert.deepEqual(
      objects.filter(mayWrite).map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      ['Role plimsoll-learner'],
    )
  })

  test('without it, the learner publishes nothing and may not', async () => {
    assert.doesNotMatch(JSON.stringify(await render()), /fleet-secret|plimsoll-fleet/)
  })

  test('reads nodes only where prices differ between them', async () => {
    const readsNodes = async (values: object) =>
      only(await render(values), 'ClusterRole', NAME).rules.some(({ resources }: Rendered) =>
        resources.includes('nodes'),
      )
    assert.equal(await readsNodes(ENABLED), false)
    const pools = [{ name: 'spot', labels: { pool: 'spot' }, coreHour: 0.01, gibHour: 0.001 }]
    assert.equal(await readsNodes({ dashboard: { enabled: true, prices: { pools } } }), true)
  })

  test('is found by its own Service alone: the webhook’s never sends a review there', async () => {
    const objects = await render(ENABLED)
    const labels = only(objects, 'Deployment', NAME).spec.template.metadata.labels
    const found = objects.filter(
      ({ kind, spec }) =>
        kind === 'Service' && Object.entries(spec.selector).every(([name, value]) => labels[name] === value),
    )
    assert.deepEqual(
      found.map(({ metadata }) => metadata.name),
      [NAME],
    )
    const budget = only(objects, 'PodDisruptionBudget').spec.selector.matchLabels
    assert.ok(Object.entries(budget).some(([name, value]) => labels[name] !== value))
  })

  test('asks for nothing that Pod Security "restricted" refuses, can write nowhere, and signs people in by token', async () => {
    const spec = deployment(await render(ENABLED))
    assert.equal(spec.securityContext.runAsNonRoot, true)
    assert.deepEqual(spec.securityContext.seccompProfile, { type: 'RuntimeDefault' })
    const [container] = spec.containers
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    assert.ok(container.args.includes('--sign-in=token'))
  })

  test('gives new settings and prices new Pods', async () => {
    const checksum = async (values: object) =>
      only(await render(values), 'Deployment', NAME).spec.template.metadata.annotations['checksum/config']
    const usual = await checksum(ENABLED)
    assert.notEqual(await checksum({ ...ENABLED, settings: { goal: 'savings' } }), usual)
    assert.notEqual(await checksum({ dashboard: { enabled: true, prices: { coreHour: 0.05 } } }), usual)
    assert.equal(await checksum({ ...ENABLED, replicas: 3 }), usual)
  })

  test('is fenced in like the rest where networkPolicy is enabled', async () => {
    const from = [{ namespaceSelector: { matchLabels: { name: 'ingress' } } }]
    const values = { networkPolicy: { enabled: true }, dashboard: { enabled: true, from } }
    const { spec } = only(await render(values), 'NetworkPolicy', NAME)
    assert.deepEqual(spec.ingress, [{ ports: [{ port: 'http' }], from }])
    assert.equal(
      (await render(ENABLED)).some(({ kind }) => kind === 'NetworkPolicy'),
      false,
    )
  })

  test('refuses a memory limit that leaves no heap', async () => {
    const resources = { limits: { memory: '128Mi' } }
    await assert.rejects(
      render({ dashboard: { enabled: true, resources } }),
      /dashboard\.resources\.limits\.memory is 128Mi: expected at least 256Mi/,
    )
  })
})

function deployment(objects: readonly Rendered[]): Rendered['spec'] {
  return only(objects, 'Deployment', NAME).spec.template.spec
}
