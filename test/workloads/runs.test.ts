import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  identifyWorkload,
  isNamedByRun,
  type PodIdentity,
  RUN_RULES,
  runRules,
  runsToItsEnd,
} from '../../src/workloads/index.ts'

interface Case extends Omit<PodIdentity, 'namespace' | 'ownerReferences'> {
  /** `<apiVersion> <kind> <name>` of the Pod's controller. */
  readonly owner?: string
}

function workloadOf({ owner, ...pod }: Case, settings?: Parameters<typeof runRules>[0]): string | undefined {
  const [apiVersion = '', kind = '', name = ''] = owner?.split(' ') ?? []
  const ownerReferences = owner === undefined ? [] : [{ apiVersion, kind, name, controller: true }]
  const workload = identifyWorkload({ ...pod, namespace: 'shop', ownerReferences }, runRules(settings))
  return workload && `${workload.kind}/${workload.name}`
}

const TASK_RUN = 'tekton.dev/v1 TaskRun'
const replicaSet = (name: string) => ({ owner: `apps/v1 ReplicaSet ${name}-5d4f8c` })
const hash = { 'pod-template-hash': '5d4f8c' }

/** Owners that live for one run or version, with the labels that each system puts on its Pods. */
const SYSTEMS: readonly [system: string, workload: string | undefined, ...pods: Case[]][] = [
  [
    'a job of a runner of GitLab',
    'Pod/platform.checkout',
    {
      name: 'runner-3lj4ihzt1-project-7-concurrent-0-x7k2p',
      labels: { 'project.runner.gitlab.com/namespace': 'platform', 'project.runner.gitlab.com/name': 'checkout' },
    },
  ],
  [
    'an agent of Jenkins, whose label is made for one build',
    'Pod/regression',
    ...['Regression_3052-z86w3', 'Regression_3053-x7k2p'].map((label) => ({ labels: { 'jenkins/label': label } })),
  ],
  ['an agent of Jenkins', 'Pod/maven', { labels: { 'jenkins/label': 'maven' } }],
  [
    'a step of a job of Dagster',
    'Job/etl.load',
    {
      owner: 'batch/v1 Job dagster-step-0a1b2c3d',
      labels: { 'dagster/job': 'etl', 'dagster/op': 'load', 'dagster/run-id': '0a1b2c3d' },
    },
  ],
  [
    'a run of a job of Dagster',
    'Job/etl',
    { owner: 'batch/v1 Job dagster-run-0a1b2c3d', labels: { 'dagster/job': 'etl', 'dagster/run-id': '0a1b2c3d' } },
  ],
  [
    'a task of Flyte',
    'FlyteWorkflow.flyte.lyft.com/train.fit',
    {
      owner: 'flyte.lyft.com/v1alpha1 FlyteWorkflow f8a7b6c5d4',
      labels: { 'workflow-name': 'train', 'task-name': 'fit', 'execution-id': 'f8a7b6c5d4' },
    },
  ],
  [
    'a task manager of Flink, whose owner is the Deployment of the job manager',
    'Deployment/clicks.taskmanager',
    ...['clicks-taskmanager-1-1', 'clicks-taskmanager-2-14'].map((name) => ({
      owner: 'apps/v1 Deployment clicks',
      name,
    })),
  ],
  [
    'the job manager of Flink',
    'Deployment/clicks',
    { ...replicaSet('clicks'), labels: hash, name: 'clicks-5d4f8c-2x8vq' },
  ],
  [
    'the launcher of an MPIJob',
    'MPIJob.kubeflow.org/pi.launcher',
    {
      owner: 'batch/v1 Job pi-x7k2p-launcher',
      labels: { 'training.kubeflow.org/job-name': 'pi-x7k2p', 'training.kubeflow.org/job-role': 'launcher' },
    },
  ],
  [
    'a revision of a provider of Crossplane',
    'Deployment/provider-aws',
    ...['provider-aws-f3bc0abf450b', 'provider-aws-0a1b2c3d4e5f'].map((name) => ({
      ...replicaSet(name),
      labels: { ...hash, 'pkg.crossplane.io/provider': 'provider-aws', 'pkg.crossplane.io/revision': name },
    })),
  ],
  [
    'a server group of Spinnaker',
    'ReplicaSet/shop-main',
    ...['shop-main-v041', 'shop-main-v042'].map((name) => ({
      owner: `apps/v1 ReplicaSet ${name}`,
      annotations: { 'moniker.spinnaker.io/cluster': 'replicaSet shop-main' },
    })),
  ],
  [
    'a Tekton Task',
    'TaskRun.tekton.dev/build-2',
    {
      owner: `${TASK_RUN} build-2-run-1`,
      labels: { 'tekton.dev/task': 'build-2', 'tekton.dev/taskRun': 'build-2-run-1' },
    },
    { owner: `${TASK_RUN} build-2-run-x7k2p`, labels: { 'tekton.dev/task': 'build-2' } },
  ],
  [
    'a task of a Tekton Pipeline',
    'TaskRun.tekton.dev/ci.unit-tests',
    ...['ci-x7k2p', 'ci-9wq4z'].map((run) => ({
      owner: `${TASK_RUN} ${run}-unit-tests`,
      labels: {
        'tekton.dev/pipeline': 'ci',
        'tekton.dev/pipelineRun': run,
        'tekton.dev/pipelineTask': 'unit-tests',
        'tekton.dev/task': 'npm',
      },
    })),
  ],
  [
    'a task of a pipeline that is embedded in its run, and named after it',
    'TaskRun.tekton.dev/release.push',
    ...['release-x7k2p', 'release-9wq4z'].map((run) => ({
      owner: `${TASK_RUN} ${run}-push`,
      labels: { 'tekton.dev/pipeline': run, 'tekton.dev/pipelineRun': run, 'tekton.dev/pipelineTask': 'push' },
    })),
  ],
  [
    'a task of Pipelines as Code',
    'TaskRun.tekton.dev/on-push.lint',
    {
      owner: `${TASK_RUN} on-push-x7k2p-lint`,
      labels: {
        'pipelinesascode.tekton.dev/original-prname': 'on-push',
        'tekton.dev/pipeline': 'on-push-x7k2p',
        'tekton.dev/pipelineRun': 'on-push-x7k2p',
        'tekton.dev/pipelineTask': 'lint',
      },
    },
  ],
  [
    'a Shipwright Build',
    'TaskRun.tekton.dev/web',
    {
      owner: `${TASK_RUN} web-x7k2p-9wq4z`,
      labels: { 'build.shipwright.io/name': 'web', 'buildrun.shipwright.io/name': 'web-x7k2p' },
    },
  ],
  [
    "Tekton's affinity assistants, one for each run",
    'StatefulSet/affinity-assistant',
    ...['3f2a9c81d0', '77b1e0c2aa'].map((id) => ({
      owner: `apps/v1 StatefulSet affinity-assistant-${id}`,
      labels: {
        'app.kubernetes.io/component': 'affinity-assistant',
        'app.kubernetes.io/instance': `affinity-assistant-${id}`,
      },
    })),
  ],
  [
    "GitHub's runner scale set",
    'AutoscalingRunnerSet.actions.github.com/runners',
    ...['9f8za', '4bbz2'].map((id) => ({
      owner: `actions.github.com/v1 EphemeralRunner runners-xk2a4-runner-${id}`,
      labels: { 'actions.github.com/scale-set-name': 'runners', 'actions.github.com/scale-set-namespace': 'shop' },
    })),
  ],
  [
    'a RunnerDeployment of the older controller',
    'RunnerDeployment.actions.summerwind.dev/ci',
    { owner: 'actions.summerwind.dev/v1alpha1 Runner ci-x7k2p-9wq4z', labels: { 'runner-deployment-name': 'ci' } },
  ],
  [
    'a template of an Argo CronWorkflow',
    'Workflow.argoproj.io/nightly.load-data',
    {
      owner: 'argoproj.io/v1alpha1 Workflow nightly-1764979200',
      name: 'nightly-1764979200-load-data-2771028',
      labels: { 'workflows.argoproj.io/workflow': 'nightly-1764979200' },
    },
    {
      owner: 'argoproj.io/v1alpha1 Workflow nightly-x7k2p',
      name: 'nightly-x7k2p-load-data-1234567890',
      labels: { 'workflows.argoproj.io/cron-workflow': 'nightly', 'workflows.argoproj.io/workflow': 'nightly-x7k2p' },
    },
  ],
  [
    'an Argo Workflow of one Pod, which has the name of its Workflow',
    'Workflow.argoproj.io/hello-world',
    { owner: 'argoproj.io/v1alpha1 Workflow hello-world-x7k2p', name: 'hello-world-x7k2p', labels: {} },
  ],
  [
    'a driver of the Spark operator',
    'SparkApplication.sparkoperator.k8s.io/etl.driver',
    ...['etl-1764979200000000000', 'etl'].map((app) => ({
      owner: `sparkoperator.k8s.io/v1beta2 SparkApplication ${app}`,
      labels: { 'sparkoperator.k8s.io/app-name': app, 'spark-role': 'driver', 'spark-app-name': app },
    })),
  ],
  [
    'an executor of the Spark operator, which its driver owns',
    'SparkApplication.sparkoperator.k8s.io/etl.executor',
    ...['etl-1764979200000000000', 'etl'].map((app) => ({
      owner: `v1 Pod ${app}-driver`,
      labels: { 'sparkoperator.k8s.io/app-name': app, 'spark-role': 'executor', 'spark-exec-id': '3' },
    })),
  ],
  [
    'an executor of spark-submit',
    'Pod/page-rank.executor',
    { owner: 'v1 Pod page-rank-8f2b9a-driver', labels: { 'spark-app-name': 'page-rank', 'spark-role': 'executor' } },
  ],
  [
    'a driver of spark-submit',
    'Pod/page-rank.driver',
    { labels: { 'spark-app-name': 'page-rank', 'spark-role': 'driver', 'spark-version': '4.0.0' } },
  ],
  [
    "a task of Airflow's KubernetesExecutor",
    'Pod/my-dag.extract-data',
    ...['1', '2'].map((attempt) => ({
      labels: {
        kubernetes_executor: 'True',
        dag_id: 'My_DAG',
        task_id: 'extract_data',
        run_id: `scheduled__2026-11-2${attempt}`,
        try_number: attempt,
      },
    })),
  ],
  [
    'a Pod of a KubernetesPodOperator',
    'Pod/etl.load.operator',
    { labels: { kubernetes_pod_operator: 'True', dag_id: 'etl', task_id: 'load', run_id: 'manual__1' } },
  ],
  [
    "a role of Kubeflow's training operator",
    'PyTorchJob.kubeflow.org/resnet.worker',
    ...['resnet-x7k2p', 'resnet-9wq4z'].map((job) => ({
      owner: `kubeflow.org/v1 PyTorchJob ${job}`,
      labels: {
        'training.kubeflow.org/job-name': job,
        'training.kubeflow.org/replica-type': 'worker',
        'training.kubeflow.org/replica-index': '1',
      },
    })),
  ],
  [
    'a replicated Job of a JobSet',
    'JobSet.jobset.x-k8s.io/train.node',
    {
      owner: 'batch/v1 Job train-x7k2p-node-0',
      labels: { 'jobset.sigs.k8s.io/jobset-name': 'train-x7k2p', 'jobset.sigs.k8s.io/replicatedjob-name': 'node' },
    },
  ],
  [
    'a task of a Volcano Job',
    'Job.batch.volcano.sh/mpi.worker',
    {
      owner: 'batch.volcano.sh/v1alpha1 Job mpi-x7k2p',
      labels: { 'volcano.sh/job-name': 'mpi-x7k2p', 'volcano.sh/task-spec': 'worker' },
    },
  ],
  [
    'a RayCluster of a RayJob',
    'RayCluster.ray.io/tune.head',
    {
      owner: 'ray.io/v1 RayCluster tune-x7k2p',
      labels: { 'ray.io/originated-from-cr-name': 'tune', 'ray.io/node-type': 'head', 'ray.io/cluster': 'tune-x7k2p' },
    },
  ],
  [
    'an OpenShift Build',
    'BuildConfig.build.openshift.io/web',
    ...['12', '13'].map((n) => ({
      owner: `build.openshift.io/v1 Build web-${n}`,
      labels: { 'openshift.io/build.name': `web-${n}` },
    })),
  ],
  [
    'a Prow job',
    'Pod/pull-unit-tests',
    { labels: { 'created-by-prow': 'true', 'prow.k8s.io/job': 'pull-unit-tests' } },
  ],
  [
    'a DeploymentConfig, by its ReplicationControllers',
    'DeploymentConfig/legacy',
    ...['7', '8'].map((n) => ({
      owner: `v1 ReplicationController legacy-${n}`,
      labels: { deployment: `legacy-${n}`, deploymentconfig: 'legacy' },
    })),
  ],
  [
    'the Pods that roll out a DeploymentConfig',
    'DeploymentConfig/legacy.deployer',
    {
      owner: 'v1 ReplicationController legacy-7',
      labels: { 'openshift.io/deployer-pod-for.name': 'legacy-7' },
    },
  ],
  [
    'a standalone ReplicationController',
    'ReplicationController/web-2',
    { owner: 'v1 ReplicationController web-2', labels: { app: 'web' } },
    { owner: 'v1 ReplicationController web-2', labels: { deploymentconfig: 'other' } },
  ],
  [
    'a Knative Service, by its revisions',
    'Service.serving.knative.dev/hello',
    ...['00001', '00002'].map((n) => ({
      ...replicaSet(`hello-${n}-deployment`),
      labels: {
        ...hash,
        'serving.knative.dev/service': 'hello',
        'serving.knative.dev/configuration': 'hello',
        'serving.knative.dev/revision': `hello-${n}`,
      },
    })),
  ],
  [
    'a Knative Configuration without a Service',
    'Configuration.serving.knative.dev/hello',
    { ...replicaSet('hello-00003-deployment'), labels: { ...hash, 'serving.knative.dev/configuration': 'hello' } },
  ],
  [
    "Flagger's target and its primary",
    'Deployment/podinfo',
    { ...replicaSet('podinfo'), labels: { ...hash, app: 'podinfo' } },
    {
      ...replicaSet('podinfo-primary'),
      labels: { ...hash, app: 'podinfo-primary' },
      annotations: { 'flagger-id': '6e95e822-209f-4100-9c8e-3d88d5a96828' },
    },
  ],
  [
    "a DaemonSet that is Flagger's primary",
    'DaemonSet/proxy',
    { owner: 'apps/v1 DaemonSet proxy-primary', labels: {}, annotations: { 'flagger-id': '1' } },
  ],
  [
    'a Deployment that is only named like a primary',
    'Deployment/pg-primary',
    { ...replicaSet('pg-primary'), labels: hash },
  ],
  [
    'a blue/green pair under one label',
    'Deployment/web',
    ...['web-blue', 'web-green'].map((name) => ({
      ...replicaSet(name),
      labels: { ...hash, 'plimsoll.dev/workload': 'web' },
    })),
  ],
  ['a blue Deployment without a label', 'Deployment/web-blue', { ...replicaSet('web-blue'), labels: hash }],
  ['a Pod that another Pod owns', undefined, { owner: 'v1 Pod web-0', labels: {} }],
  ['a static Pod, which its node owns', undefined, { owner: 'v1 Node node-1', labels: {} }],
  [
    'an owner of a kind that is not known',
    'StrimziPodSet.core.strimzi.io/events-kafka',
    { owner: 'core.strimzi.io/v1beta2 StrimziPodSet events-kafka', labels: { 'strimzi.io/cluster': 'events' } },
  ],
]

describe('the part that repeats is the workload', () => {
  for (const [system, workload, ...pods] of SYSTEMS) {
    test(`${system} is ${workload ?? 'none'}`, () => {
      assert.deepEqual(
        pods.map((pod) => workloadOf(pod)),
        pods.map(() => workload),
      )
    })
  }

  test('every rule has a case', () => {
    const tried = SYSTEMS.flatMap(([, , ...pods]) => pods)
    for (const rule of RUN_RULES) {
      const isTried = tried.some(({ owner, ...pod }) => {
        const [apiVersion = '', kind = '', name = ''] = owner?.split(' ') ?? []
        const ownerReferences = owner === undefined ? [] : [{ apiVersion, kind, name, controller: true }]
        const identity = { ...pod, namespace: 'shop', ownerReferences }
        return JSON.stringify(identifyWorkload(identity, [rule])) !== JSON.stringify(identifyWorkload(identity, []))
      })
      assert.ok(isTried || /^(?:TF|MPI|XGBoost|Paddle|JAX|MX)Job\./.test(rule.owner), JSON.stringify(rule))
    }
  })

  test('a name from one run is marked as such, but one from a label is not', () => {
    const named = (labels: Record<string, string>, name = 'build-main-run-1') =>
      isNamedByRun({
        ...{ namespace: 'ci', labels },
        ownerReferences: [{ apiVersion: 'tekton.dev/v1', kind: 'TaskRun', name, controller: true }],
      })
    assert.equal(named({}), true)
    assert.equal(named({ 'tekton.dev/task': 'build-main' }), false)
    assert.equal(named({ 'plimsoll.dev/workload': 'build' }), false)
    assert.equal(isNamedByRun({ namespace: 'ci', labels: {} }), false)
  })

  test('label values are converted to valid names of objects', () => {
    const named = (dag: string) => workloadOf({ labels: { kubernetes_executor: 'True', dag_id: dag, task_id: 'T.1' } })
    assert.equal(named('__A..B__c-'), 'Pod/a.b-c.t.1')
    assert.equal(named('___'), undefined)
  })

  test('the runs of a workload run to completion, its versions do not', () => {
    assert.ok(runsToItsEnd('TaskRun.tekton.dev'))
    assert.ok(!runsToItsEnd('DeploymentConfig'))
    assert.ok(!runsToItsEnd('Service.serving.knative.dev'))
  })
})

test('a Pod whose name is not a string has no name', () => {
  const pod: unknown = { labels: hash, name: ['web'] }
  assert.equal(workloadOf({ ...replicaSet('web'), ...(pod as Case) }), 'Deployment/web')
})

describe('the setting runLabels', () => {
  const SETTINGS = {
    'BatchRun.example.com': ['example.com/batch', 'example.com/stage'],
    'TaskRun.tekton.dev': ['team'],
  }
  const owner = 'example.com/v1 BatchRun nightly-42'

  test('identifies workloads of a kind that Plimsoll does not know', () => {
    const labels = { 'example.com/batch': 'nightly', 'example.com/stage': 'load' }
    assert.equal(workloadOf({ owner, labels }, SETTINGS), 'BatchRun.example.com/nightly.load')
    assert.equal(workloadOf({ owner, labels }, { BatchRun: ['example.com/batch'] }), 'BatchRun.example.com/nightly')
  })

  test('ignores a run without these labels, instead of learning each run', () => {
    assert.equal(workloadOf({ owner, labels: { 'example.com/batch': 'nightly' } }, SETTINGS), undefined)
    assert.equal(workloadOf({ owner, labels: {} }), 'BatchRun.example.com/nightly-42')
  })

  test('takes precedence over the table', () => {
    const labels = { team: 'blue', 'tekton.dev/task': 'build' }
    assert.equal(workloadOf({ owner: `${TASK_RUN} x`, labels }, SETTINGS), 'TaskRun.tekton.dev/blue')
    const { team: _, ...without } = labels
    assert.equal(workloadOf({ owner: `${TASK_RUN} x`, labels: without }, SETTINGS), 'TaskRun.tekton.dev/build')
  })

  test('can join versions of a Deployment, and leaves others unchanged', () => {
    const settings = { Deployment: ['app.kubernetes.io/name'] }
    const green = { ...replicaSet('web-green'), labels: { ...hash, 'app.kubernetes.io/name': 'web' } }
    assert.equal(workloadOf(green, settings), 'Deployment/web')
    assert.equal(workloadOf({ ...replicaSet('api'), labels: hash }, settings), 'Deployment/api')
  })
})
