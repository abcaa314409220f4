// What the API server takes of Experiments, and what it lets the learner's account change for them.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { DEPLOYMENTS, KubeClient, kubeconfigCredentials } from '../../../src/kube/index.ts'
import { makePerson } from '../approval/people.ts'
import { type ControlPlane, controlPlaneObstacle, startControlPlane, until } from '../harness/index.ts'
import { makeNamespace } from '../support/namespace.ts'
import { experiment, installExperiments, NAMESPACE, refusalOf } from './installed.ts'

const HTTP = { name: 'normal', http: { url: 'http://web', rate: 10 } }
const VALID = { target: 'deployment/web', loads: [HTTP] }
const SCRIPT = { name: 'peak', weight: 2, k6: { script: 'x'.repeat(100_000), vus: 5 }, duration: '5m', warmUp: '10s' }

const TAKEN: Readonly<Record<string, object>> = {
  'a target and a load alone': VALID,
  'everything that can be said': {
    targets: [
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      { kind: 'StatefulSet', name: 'db' },
    ],
    loads: [
      { ...HTTP, limits: { latency: { percentile: 99, below: '1.5s' } } },
      SCRIPT,
      { name: 'users', locust: { configMap: { name: 'load', key: 'locustfile.py' } } },
      { name: 'spike', testRun: { name: 'spike' } },
      { name: 'own', job: { template: { spec: { template: { spec: { containers: [{ name: 'a', image: 'b' }] } } } } } },
    ],
    limits: { latency: { percentile: 95, below: '250ms' }, errors: { below: '0.5%' } },
    vary: {
      cpu: { min: '100m', max: '2' },
      memory: { fixed: true },
      replicas: { min: 1, max: 4 },
      settings: [{ name: 'GOMAXPROCS', env: 'GOMAXPROCS', min: 1, max: 8, step: 1, target: 'web', container: 'app' }],
    },
    ...{ goal: 'savings', maxTrials: 20, deadline: '4h', pauseAutoscalers: true, gitOpsSuspended: true },
    applyTo: { namespace: 'shop', name: 'checkout' },
  },
}

const REFUSED: readonly (readonly [RegExp, object])[] = [
  [/either target or targets/, { loads: [HTTP] }],
  [/either target or targets/, { ...VALID, targets: [{ kind: 'Deployment', name: 'web' }] }],
  [/loads/, { target: 'deployment/web' }],
  [/exactly one of k6, locust, http, testRun and job/, { ...VALID, loads: [{ name: 'normal' }] }],
  [/exactly one of k6/, { ...VALID, loads: [{ ...HTTP, testRun: { name: 'a' } }] }],
  [/either script or configMap/, { ...VALID, loads: [{ name: 'normal', k6: {} }] }],
  [/duration: at most 1h/, { ...VALID, loads: [{ ...HTTP, duration: '2h' }] }],
  [/duration: at most 1h/, { ...VALID, loads: [{ ...HTTP, duration: '1d' }] }],
  [/min must be below max/, { ...VALID, vary: { cpu: { min: '2', max: '1' } } }],
  [/either env or arg/, { ...VALID, vary: { settings: [{ name: 'a', min: 1, max: 2, step: 1 }] } }],
  [/spec.target/, { ...VALID, target: 'daemonset/web' }],
  [/maxTrials/, { ...VALID, maxTrials: 31 }],
  [/percentile/, { ...VALID, limits: { latency: { percentile: 42, below: '1s' } } }],
]

const right = (group: string, verb: string, ...resources: string[]) => ({
  apiGroups: [group],
  resources,
  verbs: [verb],
})
/** What everybody needs who runs an experiment. */
const RUNS = [
  ...['get', 'create', 'patch'].map((verb) => right('plimsoll.dev', verb, 'experiments')),
  right('batch', 'create', 'jobs'),
  right('apps', 'patch', 'deployments', 'statefulsets'),
]
const FOR_AUTOSCALERS = right('autoscaling', 'patch', 'horizontalpodautoscalers')
const FOR_SCRIPTS = right('', 'create', 'configmaps')
const FOR_TEST_RUNS = right('k6.io', 'create', 'testruns')
const EVERYTHING = [...RUNS, FOR_AUTOSCALERS, FOR_SCRIPTS, FOR_TEST_RUNS]
const loadedBy = (load: object) => ({ ...VALID, loads: [HTTP, { name: 'more', ...load }] })
const SCRIPTED = { k6: loadedBy({ k6: { script: 'x' } }), locust: loadedBy({ locust: { script: 'x' } }) }
const TEST_RUN = loadedBy({ testRun: { name: 'peak' } })

/** Accounts that lack one right, what they may not run, and what is said about it. */
const LACKING: Readonly<Record<string, readonly [object, RegExp, ...specs: object[]]>> = {
  'no-autoscalers': [
    FOR_AUTOSCALERS,
    /no-autoscalers may not patch HorizontalPodAutoscalers in namespace staging/,
    { ...VALID, pauseAutoscalers: true },
  ],
  'no-scripts': [
    FOR_SCRIPTS,
    /no-scripts may not create ConfigMaps in namespace staging/,
    ...[SCRIPTED.k6, SCRIPTED.locust, TEST_RUN],
  ],
  'no-test-runs': [FOR_TEST_RUNS, /no-test-runs may not create TestRuns in namespace staging/, TEST_RUN],
}

const CONTAINER = { name: 'app', image: 'web:1', env: [{ name: 'WORKERS', value: '2' }], args: ['--a=1'] }
const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', labels: { app: 'web' } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [CONTAINER] } },
  },
}
const container = (change: object) => ({ spec: { template: { spec: { containers: [{ name: 'app', ...change }] } } } })

const MAY: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  replicas: { spec: { replicas: 0 } },
  resources: container({ resources: { requests: { cpu: '50m' }, limits: { cpu: '50m' } } }),
  'an environment variable': container({ env: [{ name: 'WORKERS', value: '4' }] }),
  arguments: container({ args: ['--a=2'] }),
}
const MAY_NOT: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'an image': container({ image: 'other:1' }),
  'a command': container({ command: ['sh'] }),
  'the security context of a container': container({ securityContext: { privileged: true } }),
  'one more container': { spec: { template: { spec: { containers: [{ name: 'more', image: 'more:1' }] } } } },
  'an init container': { spec: { template: { spec: { initContainers: [{ name: 'more', image: 'more:1' }] } } } },
  'the account of the Pods': { spec: { template: { spec: { serviceAccountName: 'admin' } } } },
  volumes: { spec: { template: { spec: { volumes: [{ name: 'a', hostPath: { path: '/' } }] } } } },
  'the network of the node': { spec: { template: { spec: { hostNetwork: true } } } },
  'annotations of the Pods': { spec: { template: { metadata: { annotations: { a: 'b' } } } } },
  'a probe': container({ livenessProbe: { exec: { command: ['sh'] } } }),
  'what runs before a container ends': container({ lifecycle: { preStop: { exec: { command: ['sh'] } } } }),
  'ports of a container': container({ ports: [{ containerPort: 80, hostPort: 80 }] }),
  'where images come from': container({ imagePullPolicy: 'Always' }),
  'on which nodes Pods may run': { spec: { template: { spec: { tolerations: [{ operator: 'Exists' }] } } } },
  'how long Pods take to end': { spec: { template: { spec: { terminationGracePeriodSeconds: 0 } } } },
  'how a workload is rolled out': { spec: { minReadySeconds: 60 } },
  'labels of the workload': { metadata: { labels: { a: 'b' } } },
}

describe('Experiments on a real API server', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: ControlPlane
  let learner: KubeClient

  before(async () => {
    cluster = await startControlPlane({ controllers: false })
    // With everything else that keeps the learner from changing Deployments and HPAs.
    const values = { settings: { apply: { running: 'inPlaceOrRestart' }, autoscalers: 'keepScalePoint' } }
    const kubeconfig = await installExperiments(cluster, [NAMESPACE], values)
    for (const [name, mode] of [['shop', 'auto'], ['elsewhere']] as const) await makeNamespace(cluster, name, mode)
    for (const namespace of [NAMESPACE, 'elsewhere'])
      await cluster.apply({ ...DEPLOYMENT, metadata: { ...DEPLOYMENT.metadata, namespace } })
    learner = new KubeClient({ credentials: await kubeconfigCredentials(kubeconfig), version: 'test' })
  })
  after(async () => {
    learner?.close()
    await cluster?.stop()
  })

  const patched = async (patch: Readonly<Record<string, unknown>>, namespace = NAMESPACE) =>
    await learner.strategicPatch(DEPLOYMENTS, { namespace, name: 'web' }, patch, { dryRun: true, urgent: true }).then(
      () => undefined,
      (error: Error) => error.message,
    )

  for (const [what, spec] of Object.entries(TAKEN))
    test(`take ${what}`, async () => assert.equal(await refusalOf(cluster, experiment('try', spec)), undefined))

  test('are refused where they make no sense, with a sentence that says why', async () => {
    for (const [message, spec] of REFUSED)
      assert.match((await refusalOf(cluster, experiment('try', spec))) ?? 'taken', message, JSON.stringify(spec))
  })

  test('cannot be changed', async () => {
    await cluster.apply(experiment('kept', VALID))
    const changed = experiment('kept', { ...VALID, maxTrials: 5 })
    assert.match((await refusalOf(cluster, changed)) ?? 'taken', /an experiment cannot be changed/)
  })

  test('are refused in a namespace without the label, and in one with mode auto', async () => {
    assert.match(
      (await refusalOf(cluster, experiment('try', VALID, 'elsewhere'))) ?? '',
      /has no label plimsoll.dev\/experiments=allowed/,
    )
    assert.match((await refusalOf(cluster, experiment('try', VALID, 'shop'))) ?? '', /has no label/)
  })

  test('exclude mode auto and approve: no namespace gets both labels, in whichever order', async () => {
    const namespace = (name: string, labels: object) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels },
    })
    const allowed = { 'plimsoll.dev/experiments': 'allowed' }
    for (const mode of ['auto', 'approve'])
      for (const name of [NAMESPACE, 'shop', 'new']) {
        const both = namespace(name, { ...allowed, 'plimsoll.dev/mode': mode })
        assert.match((await refusalOf(cluster, both)) ?? 'taken', /exclude each other/, `${name} ${mode}`)
      }
    const observed = namespace(NAMESPACE, { ...allowed, 'plimsoll.dev/mode': 'observe' })
    assert.equal(await refusalOf(cluster, observed), undefined)
  })

  /** An account with these rights alone, once they are in force. */
  const person = async (name: string, rules: readonly object[]) => {
    await cluster.apply({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules })
    const { kubeconfig } = await makePerson(cluster, NAMESPACE, name, [name])
    const mayRun = async (spec: object) => await refusalOf(cluster, experiment('try', spec), kubeconfig)
    await until(`${name} to have its rights`, async () => (await mayRun(VALID)) === undefined)
    return mayRun
  }

  test('are accepted from a person who has all rights that they need', async () => {
    const mayRun = await person('everything', EVERYTHING)
    for (const [, , ...specs] of Object.values(LACKING))
      for (const spec of specs) assert.equal(await mayRun(spec), undefined)
  })

  for (const [name, [lacking, message, ...specs]] of Object.entries(LACKING))
    test(`give nobody a right that they lack: ${name}`, async () => {
      const rules = EVERYTHING.filter((rule) => rule !== lacking)
      const mayRun = await person(name, rules)
      for (const spec of specs) assert.match((await mayRun(spec)) ?? 'taken', message)
      assert.equal(await mayRun({ ...VALID, pauseAutoscalers: false }), undefined)
    })

  test('have a status that nobody but the learner writes', async () => {
    const status = ['patch', 'experiment', 'kept', `--namespace=${NAMESPACE}`, '--subresource=status', '--type=merge']
    const written = cluster.kubectl([...status, '--patch={"status":{"phase":"Completed"}}'])
    await assert.rejects(written, /only the learner may write the status/)
  })

  for (const [what, patch] of Object.entries(MAY))
    test(`let the learner change ${what} of a workload`, async () => assert.equal(await patched(patch), undefined))

  for (const [what, patch] of Object.entries(MAY_NOT))
    test(`do not let the learner change ${what}`, async () =>
      assert.match((await patched(patch)) ?? 'taken', /the learner may (not )?change/))

  test('do not let the learner change replicas in another namespace', async () => {
    assert.match((await patched({ spec: { replicas: 0 } }, 'elsewhere')) ?? 'taken', /the learner may|forbidden/)
  })
})
