import { kindInAnyCase } from './group-kind.ts'

/**
 * How to recognize what repeats where the controller of a Pod does not outlive it, or is a new one for each version. The first rule
 * whose conditions a Pod meets names its workload.
 */
export interface RunRule {
  /** Kind of the Pod's controller, as `groupKind` writes it; `NO_OWNER` for Pods without one. */
  readonly owner: string
  /** Labels that the Pod must have with these values. */
  readonly when?: Readonly<Record<string, string>>
  /** Annotation that the Pod must have. */
  readonly annotation?: string
  /** Sets of labels, best first. The values of the first set that the Pod has completely name the workload, joined by dots. */
  readonly labels?: readonly (readonly string[])[]
  /** Whether the owner's name must be a value of these labels and a suffix. */
  readonly isPrefix?: true
  /** Labels whose value is the name of one run: what is generated of it for each run is left out. */
  readonly runs?: readonly string[]
  /** What such a value ends in, as part of a name, if it is not what Kubernetes generates. */
  readonly ofOneRun?: RegExp
  /** How to find the name in the owner's name (first group), if no set of labels fits; `generated`: without what differs by run. */
  readonly ownerName?: RegExp | 'generated'
  /** Whether the owner lives for one run for certain: if nothing tells what repeats, it is no workload. */
  readonly isRun?: true
  /** What follows the workload's name: the part of the run that the Pod is, in the name of the Pod after that of its owner. */
  readonly step?: RegExp
  /** Whether only Pods with such a step are meant. */
  readonly needsStep?: true
  /** What is added to the name, to tell this kind of Pod from another one with the same labels. */
  readonly role?: string
  /** Kind of the workload; by default that of the owner. */
  readonly kind?: string
}

/** Owner of Pods that have none: what is said of Pods whose controller is a Pod holds for them as well. */
export const NO_OWNER = 'Pod'

const TRAINING_JOBS = ['PyTorchJob', 'TFJob', 'MPIJob', 'XGBoostJob', 'PaddleJob', 'JAXJob', 'MXJob']
const SPARK_ROLE = 'spark-role'
const SPARK_APPLICATION = 'sparkoperator.k8s.io/app-name'
const SPARK_NAME = 'spark-app-name'
const TRAINING_JOB = 'training.kubeflow.org/job-name'
const JOB_SET = 'jobset.sigs.k8s.io/jobset-name'
const DEPLOYER_OF = 'openshift.io/deployer-pod-for.name'
const VOLCANO_JOB = 'volcano.sh/job-name'

/**
 * The labels by which each system says what repeats from run to run, or from version to version. This is the only place that knows
 * them; docs/reference/compatibility/owners.md shows the table with the test of each row. The setting `runLabels` adds to it.
 *
 * Sources: the documentation and the code of each project (labels.md of Tekton, constants of the others), as of 2026.
 */
export const RUN_RULES: readonly RunRule[] = [
  // Tekton. A pipeline that is embedded in its run has the name of the run in `tekton.dev/pipeline`.
  {
    owner: 'TaskRun.tekton.dev',
    labels: [
      ['build.shipwright.io/name'],
      ['pipelinesascode.tekton.dev/original-prname', 'tekton.dev/pipelineTask'],
      ['tekton.dev/pipeline', 'tekton.dev/pipelineTask'],
      ['tekton.dev/task'],
      ['tekton.dev/clusterTask'],
    ],
    runs: ['tekton.dev/pipelineRun', 'tekton.dev/taskRun'],
    ownerName: 'generated',
  },
  {
    owner: 'StatefulSet',
    when: { 'app.kubernetes.io/component': 'affinity-assistant' },
    labels: [['app.kubernetes.io/component']],
  },
  // GitHub's actions-runner-controller: runner scale sets, and its older kinds.
  {
    owner: 'EphemeralRunner.actions.github.com',
    labels: [['actions.github.com/scale-set-name']],
    ownerName: 'generated',
    kind: 'AutoscalingRunnerSet.actions.github.com',
  },
  {
    owner: 'Runner.actions.summerwind.dev',
    labels: [['runner-deployment-name']],
    ownerName: 'generated',
    kind: 'RunnerDeployment.actions.summerwind.dev',
  },
  // Argo Workflows. A Pod is named `<workflow>-<template>-<hash>`; most have no label that names the template of their workflow.
  {
    owner: 'Workflow.argoproj.io',
    labels: [
      ['workflows.argoproj.io/cron-workflow'],
      ['workflows.argoproj.io/workflow-template'],
      ['workflows.argoproj.io/cluster-workflow-template'],
    ],
    ownerName: 'generated',
    step: /^-(.+)-\d+$/,
  },
  // Spark, with its operator or without. The controller of an executor is the Pod of its driver.
  {
    owner: 'SparkApplication.sparkoperator.k8s.io',
    labels: [[SPARK_APPLICATION, SPARK_ROLE]],
    runs: [SPARK_APPLICATION],
    ownerName: 'generated',
  },
  {
    owner: 'Pod',
    when: { [SPARK_ROLE]: 'executor' },
    labels: [[SPARK_APPLICATION, SPARK_ROLE]],
    runs: [SPARK_APPLICATION],
    kind: 'SparkApplication.sparkoperator.k8s.io',
  },
  { owner: 'Pod', labels: [[SPARK_NAME, SPARK_ROLE]], runs: [SPARK_NAME] },
  // Airflow: tasks of the KubernetesExecutor, and the Pods that a KubernetesPodOperator starts from such a task.
  { owner: NO_OWNER, when: { kubernetes_executor: 'True' }, labels: [['dag_id', 'task_id']] },
  { owner: NO_OWNER, when: { kubernetes_pod_operator: 'True' }, labels: [['dag_id', 'task_id']], role: 'operator' },
  // Kubeflow's training operator, JobSets (also those of Kubeflow's Trainer), Volcano and Ray.
  ...TRAINING_JOBS.map((kind) => ({
    owner: `${kind}.kubeflow.org`,
    labels: [
      [TRAINING_JOB, 'training.kubeflow.org/replica-type'],
      [TRAINING_JOB, 'training.kubeflow.org/job-role'],
    ],
    runs: [TRAINING_JOB],
    ownerName: 'generated' as const,
  })),
  {
    owner: 'Job',
    labels: [[JOB_SET, 'jobset.sigs.k8s.io/replicatedjob-name']],
    runs: [JOB_SET],
    kind: 'JobSet.jobset.x-k8s.io',
  },
  { owner: 'Job.batch.volcano.sh', labels: [[VOLCANO_JOB, 'volcano.sh/task-spec']], runs: [VOLCANO_JOB] },
  { owner: 'RayCluster.ray.io', labels: [['ray.io/originated-from-cr-name', 'ray.io/node-type']] },
  {
    owner: 'Job',
    labels: [[TRAINING_JOB, 'training.kubeflow.org/job-role']],
    runs: [TRAINING_JOB],
    kind: 'MPIJob.kubeflow.org',
  },
  // Flink's task managers belong to the Deployment of the job manager, and are another program.
  { owner: 'Deployment', ownerName: /^(.+)$/, step: /^-(taskmanager)-\d+-\d+$/, needsStep: true },
  // Runners of GitLab, by project, and agents of Jenkins, whose label may be made for one run.
  { owner: NO_OWNER, labels: [['project.runner.gitlab.com/namespace', 'project.runner.gitlab.com/name']] },
  { owner: NO_OWNER, labels: [['jenkins/label']], runs: ['jenkins/label'], ofOneRun: /-\d+-[a-z0-9]{5}$/ },
  // Jobs of Dagster, tasks of Flyte.
  { owner: 'Job', labels: [['dagster/job', 'dagster/op'], ['dagster/job']], kind: 'Job' },
  { owner: 'FlyteWorkflow.flyte.lyft.com', labels: [['workflow-name', 'task-name']], ownerName: 'generated' },
  // Builds of OpenShift, jobs of Prow.
  {
    owner: 'Build.build.openshift.io',
    ownerName: /^(.+)-\d+$/,
    kind: 'BuildConfig.build.openshift.io',
  },
  { owner: NO_OWNER, when: { 'created-by-prow': 'true' }, labels: [['prow.k8s.io/job']] },
  // OpenShift: each rollout of a DeploymentConfig is a ReplicationController `<name>-<n>`, created by a separate deployer Pod.
  {
    owner: 'ReplicationController',
    labels: [[DEPLOYER_OF]],
    runs: [DEPLOYER_OF],
    role: 'deployer',
    kind: 'DeploymentConfig',
  },
  {
    owner: 'ReplicationController',
    labels: [['deploymentconfig']],
    isPrefix: true,
    kind: 'DeploymentConfig',
  },
  // Knative: each revision is a Deployment. A Configuration without a Service is one, too.
  { owner: 'Deployment', labels: [['serving.knative.dev/service']], kind: 'Service.serving.knative.dev' },
  { owner: 'Deployment', labels: [['serving.knative.dev/configuration']], kind: 'Configuration.serving.knative.dev' },
  // Crossplane: each revision of a provider or function is a Deployment.
  { owner: 'Deployment', labels: [['pkg.crossplane.io/provider'], ['pkg.crossplane.io/function']] },
  // Spinnaker: each version of a server group is a ReplicaSet `<name>-v<three digits>`.
  { owner: 'ReplicaSet', annotation: 'moniker.spinnaker.io/cluster', ownerName: /^(.+)-v\d{3}$/ },
  // Flagger copies its target to `<name>-primary`, and puts this annotation on the copy.
  ...['Deployment', 'DaemonSet'].map((owner) => ({
    owner,
    annotation: 'flagger-id',
    ownerName: /^(.+)-primary$/,
  })),
]

/** Labels of the Pod whose values together name what repeats, by the kind of the controller (with its API group). */
export type RunLabels = Readonly<Record<string, readonly string[]>>

/** The table with the rules of the settings, which take precedence. */
export function runRules(settings: RunLabels = {}): readonly RunRule[] {
  const own = Object.entries(settings).map(([owner, labels]): RunRule => {
    // A Deployment without these labels is a workload all the same, a BuildRun without them is not.
    const isUsual = kindInAnyCase(owner) === owner
    return { owner, labels: [labels], ...(!isUsual && { isRun: true }) }
  })
  return own.length === 0 ? RUN_RULES : [...own, ...RUN_RULES]
}

const ENDS_BY_ITSELF: ReadonlySet<string> = new Set([
  'Pod',
  'CronJob',
  'Job',
  'TaskRun.tekton.dev',
  'AutoscalingRunnerSet.actions.github.com',
  'RunnerDeployment.actions.summerwind.dev',
  'Workflow.argoproj.io',
  'SparkApplication.sparkoperator.k8s.io',
  ...TRAINING_JOBS.map((kind) => `${kind}.kubeflow.org`),
  'JobSet.jobset.x-k8s.io',
  'Job.batch.volcano.sh',
  'BuildConfig.build.openshift.io',
  'FlyteWorkflow.flyte.lyft.com',
])

/** Whether the Pods of a kind of workload run to their end: each has its own peak, and reserves only while it runs. */
export function runsToItsEnd(kind: string): boolean {
  return ENDS_BY_ITSELF.has(kind)
}

/** Labels of which each Pod that the rules identify by labels has at least one. */
export function keyLabelsOf(rules: readonly RunRule[]): readonly string[] {
  return [...new Set(rules.flatMap(({ labels = [] }) => labels.flatMap(([first]) => first ?? [])))]
}

/** Every label that the rules read. */
export function labelsOf(rules: readonly RunRule[]): readonly string[] {
  return [...new Set(rules.flatMap(({ when = {}, labels = [] }) => [...Object.keys(when), ...labels.flat()]))]
}
