// A VPA user's cluster is migrated and the migration undone: real Pods, VPA's real types, admission controller and updater, and a real learner.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { goObstacle } from '../../../bench/go-tools.ts'
import type { Workload } from '../../../src/workloads/index.ts'
import { thirtyVpas } from '../../migrate/thirty-vpas.ts'
import { type Cluster, clusterObstacle, startCluster, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { awaitStatus, podsOf, restartUntil, type SeenPod } from '../loop/sight.ts'
import { type LoopWorkload, loadImage, manifest, workloadIn } from '../loop/workloads.ts'
import { runCommand } from '../support/command-line.ts'
import { makeNamespace } from '../support/namespace.ts'
import { recordOn } from '../support/planting.ts'
import { type Plimsoll, startPlimsoll } from '../support/plimsoll.ts'
import { auditPods } from './pod-changes.ts'
import { installVpaTypes, recommend, startVpaPrograms } from './vpa-programs.ts'

const NAMESPACE = 'live'
/** Seconds instead of days. */
const SETTINGS = {
  learner: { minimumHistory: { seconds: 40, samples: 5 }, sampleEverySeconds: 5, publishEverySeconds: 2 },
  step: { maxIncrease: 100, maxDecrease: 0.99 },
  approval: { confidence: { low: 0.1, medium: 0.2, high: 0.9 }, minimumDays: 0 },
  changes: { every: '1s' },
}
/** VPAs that its CustomResourceDefinition refuses, and kinds that this cluster does not have. */
const IMPOSSIBLE = new Set(['malformed', 'empty', 'weekly', 'unreadable'])
const PATIENTLY = { timeoutMilliseconds: 120_000, everyMilliseconds: 1000 }

const live = (name: string): LoopWorkload => ({
  kind: 'Deployment',
  name,
  behaviour: 'steady',
  containers: { app: { does: { cores: 0.02, holdMiB: 30 }, requests: { cpu: '300m', memory: '256Mi' } } },
})
const MODES = { recreate: 'Recreate', initial: 'Initial', inplace: 'InPlaceOrRecreate', cpu: 'Recreate' } as const
const NAMES = Object.keys(MODES) as (keyof typeof MODES)[]
const workloadOf = (name: string): Workload => workloadIn(NAMESPACE, live(name))

function liveVpa(name: keyof typeof MODES): object {
  const containerPolicies = [{ containerName: '*', ...(name === 'cpu' && { controlledResources: ['cpu'] }) }]
  return {
    apiVersion: 'autoscaling.k8s.io/v1',
    kind: 'VerticalPodAutoscaler',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      updatePolicy: { updateMode: MODES[name] },
      resourcePolicy: { containerPolicies },
    },
  }
}

const cpuOf = (pod: SeenPod) => pod.spec.containers[0]!.resources.requests?.cpu

describe('a migration from VPA', { skip: clusterObstacle() ?? goObstacle() ?? false }, () => {
  const audit = auditPods()
  let cluster: Cluster
  let plimsoll: Plimsoll
  before(async () => {
    cluster = await startCluster({ apiserverArgs: audit.args })
    await loadImage(cluster)
    await installVpaTypes(cluster)
    await startVpaPrograms(cluster)
    plimsoll = await startPlimsoll(cluster, { settings: SETTINGS, learner: true })
    await cluster.apply(...installation())
    await makeNamespace(cluster, NAMESPACE)
    for (const name of ['shop', 'watched', 'used']) await makeNamespace(cluster, name)
    await cluster.apply(...stored())
    await cluster.apply(...NAMES.map(liveVpa))
    for (const name of NAMES) await recommend(cluster, NAMESPACE, name, 200, 128)
    await cluster.apply(...[...NAMES, 'bystander'].map((name) => manifest(NAMESPACE, live(name))))
  })
  after(async () => {
    await plimsoll?.stop()
    await cluster?.stop()
    audit.remove()
  })

  const migrate = (...args: string[]) => runCommand(cluster.kubeconfig, ['migrate', 'vpa', '--yes', ...args], 400_000)
  const objects = async () => {
    const lists = ['namespaces', 'verticalpodautoscalers', 'sizingpolicies', 'deployments']
    const all = await Promise.all(
      lists.map(async (kind) => JSON.parse(await cluster.kubectl(['get', kind, '--all-namespaces', '--output=json']))),
    )
    return all.flatMap(({ items }) =>
      items.map(({ kind, metadata: { name, namespace, labels, annotations }, spec }: Seen) => {
        const { 'deployment.kubernetes.io/revision': _, ...rest } = annotations ?? {}
        return { kind, name, namespace, labels, annotations: rest, spec }
      }),
    )
  }
  let original: unknown

  test('before it, VPA sizes new and running Pods, in each mode in its own way', async () => {
    for (const name of NAMES)
      await restartUntil(cluster, workloadOf(name), 'what VPA recommends', (pod) => cpuOf(pod) === '200m')
    for (const name of NAMES) await recommend(cluster, NAMESPACE, name, 160, 128)
    const acts = (how: string, pattern: RegExp) =>
      until(
        `VPA: ${how}`,
        () => audit.changes(NAMESPACE).some((one) => one.by === 'vpa' && one.how === how && pattern.test(one.pod)),
        PATIENTLY,
      )
    await acts('evicted', /^recreate-/)
    await acts('resized', /^inplace-/)
    assert.equal(
      audit.changes(NAMESPACE).some(({ by }) => by === 'plimsoll'),
      false,
    )
    original = await objects()
  })

  test('a dry run writes nothing', async (t) => {
    const { status, stdout, stderr } = await runCommand(cluster.kubeconfig, ['migrate', 'vpa', '--dry-run'])
    t.diagnostic(`\n${stdout}`)
    assert.equal(status, 0, stderr)
    assert.deepEqual(await objects(), original)
  })

  test('each workload is handed over when Plimsoll knows it, and what it knows nothing about stays with VPA', async (t) => {
    const prepared = await migrate('--timeout', '0s')
    assert.equal(prepared.status, 3, prepared.stderr)
    assert.match(
      prepared.stdout,
      /live deployment\/recreate: VPA recreate \(Recreate\) continues: nothing has been learned/,
    )
    for (const name of NAMES)
      await awaitStatus(
        cluster,
        workloadOf(name),
        `${name} to be learned`,
        ({ learned }) => learned?.containers[0]?.cpu?.confidence,
      )
    const { status, stdout, stderr } = await migrate('--timeout', '60s')
    t.diagnostic(`\n${stdout}`)
    assert.equal(status, 3, stderr)
    const modes = await cluster.kubectl([
      'get',
      'vpa',
      `-n=${NAMESPACE}`,
      '--output=jsonpath={.items[*].spec.updatePolicy.updateMode}',
    ])
    assert.equal(modes, 'Off Off Off Off')
    const others = await cluster.kubectl([
      'get',
      'vpa',
      'auto',
      '-n=shop',
      '--output=jsonpath={.spec.updatePolicy.updateMode}',
    ])
    assert.equal(others, 'Auto')
  })

  test('then Plimsoll sizes new Pods, and not those that VPA did not size', async () => {
    for (const name of NAMES) await recommend(cluster, NAMESPACE, name, 120, 128)
    for (const name of NAMES) {
      const workload = workloadOf(name)
      const { applied } = await awaitStatus(
        cluster,
        workload,
        `${name} to be applied`,
        ({ applied }) => applied?.containers[0]?.cpu,
      )
      say(`${name}: ${JSON.stringify(applied!.containers)}`)
      await restartUntil(cluster, workload, 'the applied revision', (pod) => recordOn(pod)?.revision !== undefined)
    }
    await restartUntil(cluster, workloadOf('bystander'), "the author's values", (pod) => cpuOf(pod) === '300m')
    const [pod] = await podsOf(cluster, workloadOf('cpu'))
    assert.equal(pod!.spec.containers[0]!.resources.requests?.memory, '256Mi')
  })

  test('running it again changes nothing', async () => {
    const migrated = await objects()
    await migrate('--timeout', '0s')
    assert.deepEqual(await objects(), migrated)
  })

  test('an undo restores every object, and VPA sizes Pods again', async (t) => {
    const { status, stdout, stderr } = await migrate('--undo')
    t.diagnostic(`\n${stdout}`)
    assert.equal(status, 0, stderr)
    // This test has restarted Deployments.
    const withoutDeployments = (all: unknown) => (all as Seen[]).filter(({ kind }) => kind !== 'Deployment')
    assert.deepEqual(withoutDeployments(await objects()), withoutDeployments(original))
    for (const name of NAMES)
      await restartUntil(cluster, workloadOf(name), 'what VPA recommends', (pod) => cpuOf(pod) === '120m')
  })

  test('the audit log shows that VPA changed Pods before the hand-over and after the undo, and Plimsoll only between them', (t) => {
    const changes = audit.changes(NAMESPACE)
    const switches = audit.switches(NAMESPACE)
    for (const name of NAMES) {
      const its = switches.filter(({ vpa }) => vpa === name)
      assert.deepEqual(
        its.map(({ mode }) => mode),
        ['Off', MODES[name]],
      )
      const [off, on] = its.map(({ atMilliseconds }) => atMilliseconds) as [number, number]
      const ours = changes.filter(({ pod }) => pod.startsWith(`${name}-`))
      const isBetween = ({ atMilliseconds }: { atMilliseconds: number }) => atMilliseconds > off && atMilliseconds < on
      for (const change of ours)
        assert.equal(isBetween(change), change.by === 'plimsoll', JSON.stringify({ change, off, on }))
      const count = (by: string) => ours.filter((one) => one.by === by).length
      t.diagnostic(`${name}: ${count('vpa')} changes by VPA, ${count('plimsoll')} by Plimsoll`)
      assert.ok(count('vpa') > 0 && count('plimsoll') > 0)
    }
    assert.deepEqual(
      changes.filter(({ pod }) => pod.startsWith('bystander-')),
      [],
    )
  })
})

interface Seen {
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec: unknown
}

/** What `installedSettings` looks for: the chart's ConfigMap, and a Pod that mounts it. */
function installation(): object[] {
  const labels = { 'app.kubernetes.io/name': 'plimsoll' }
  return [
    {
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'plimsoll', namespace: 'plimsoll' } },
      data: { 'config.yaml': JSON.stringify(SETTINGS) },
    },
    {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'learner', namespace: 'plimsoll', labels } },
      spec: {
        nodeSelector: { nowhere: 'true' },
        containers: [{ name: 'learner', image: 'unused' }],
        volumes: [{ name: 'config', configMap: { name: 'plimsoll' } }],
      },
    },
  ]
}

/** The namespaces, workloads without Pods and VPAs of every kind, as far as an API server stores them. */
function stored(): object[] {
  return thirtyVpas()
    .filter(
      ({ kind, metadata }) =>
        kind !== 'Rollout' &&
        metadata.name !== 'kube-system' &&
        !(kind === 'VerticalPodAutoscaler' && IMPOSSIBLE.has(metadata.name!)),
    )
    .map(withoutPods)
}

function withoutPods(object: ReturnType<typeof thirtyVpas>[number]): object {
  const spec = object.spec as Record<string, unknown> & {
    template?: { spec: object }
    jobTemplate?: { spec: { template: { spec: object } } }
  }
  switch (object.kind) {
    case 'Deployment':
      return { ...object, spec: { ...spec, replicas: 0 } }
    case 'StatefulSet':
      return { ...object, spec: { ...spec, replicas: 0, serviceName: object.metadata.name } }
    case 'DaemonSet': {
      const template = { ...spec.template, spec: { ...spec.template!.spec, nodeSelector: { nowhere: 'true' } } }
      return { ...object, spec: { ...spec, template } }
    }
    case 'CronJob': {
      const { template } = spec.jobTemplate!.spec
      const once = { ...template, spec: { ...template.spec, restartPolicy: 'Never' } }
      return { ...object, spec: { ...spec, suspend: true, jobTemplate: { spec: { template: once } } } }
    }
    default:
      return object
  }
}
