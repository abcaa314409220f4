import { type ExperimentTarget, MAX_ORIGINAL, targetsOf } from '../api/index.ts'
import { experimentProblems } from '../experiments/index.ts'
import { EXPERIMENTS_LABEL, MODE_LABEL } from '../fleet/index.ts'
import { controllerOf } from '../workloads/index.ts'
import { autoscalerOf, ownerOf, verticalAutoscalerOf } from './autoscalers.ts'
import { gitOpsOf } from './gitops.ts'
import type { WorkloadSpec } from './objects.ts'
import type { Circumstances, Observed } from './observed.ts'
import { originalsOf } from './originals.ts'
import { problemOf, seedOf, settingsOf, settingWithoutBaseline, workloadsOf } from './problem.ts'

export interface Refusal {
  readonly reason: string
  readonly message: string
}

/** etcd takes 1.5 MB an object; the rest is for what the trials measure. */
const MOST_BYTES = 900_000

/** Whether experiments may run in a namespace with these labels; a sentence where they may not. */
export function whyNotIn(labels: Readonly<Record<string, string>>): string | undefined {
  if (labels[EXPERIMENTS_LABEL] !== 'allowed')
    return `the namespace does not have the label ${EXPERIMENTS_LABEL}: allowed`
  const mode = labels[MODE_LABEL]
  return mode === 'auto' || mode === 'approve'
    ? `the namespace has ${MODE_LABEL}: ${mode}, so its Pods are sized for production; experiments need a namespace without it, or with mode observe`
    : undefined
}

/** Why an experiment cannot run; undefined where it can. Nothing has been changed yet. */
export function refusalOf(observed: Observed, circumstances: Circumstances): Refusal | undefined {
  const { experiment, namespace, targets } = observed
  const notAllowed = whyNotIn(namespace.labels)
  if (notAllowed) return { reason: 'NotAllowed', message: notAllowed }
  const named = targetsOf(experiment.spec)
  if (new Set(named.map(({ name }) => name)).size < named.length)
    return { reason: 'InvalidSpec', message: 'targets: no two may have the same name, even if their kinds differ' }
  for (const [i, target] of named.entries()) {
    const refused = refusalOfTarget(target, observed, targets[i]?.object)
    if (refused) return refused
  }
  const originals = originalsOf(observed)
  const bytes = Buffer.byteLength(JSON.stringify([experiment.spec, originals]))
  if (bytes > MOST_BYTES)
    return {
      reason: 'TooLarge',
      message: `the Experiment and the specs of its targets have ${bytes} bytes, more than ${MOST_BYTES}: put scripts into ConfigMaps, or name fewer targets`,
    }
  const [loadProblem] = circumstances.loadProblems
  if (loadProblem !== undefined) return { reason: 'InvalidLoad', message: loadProblem }
  const workloads = workloadsOf(originals)
  const unclear = settingsOf(experiment.spec, workloads).find(({ workload }) => workload === undefined)
  if (unclear)
    return {
      reason: 'InvalidSpec',
      message: `vary.settings ${unclear.of.setting.name}: name the target and the container that it belongs to`,
    }
  const referring = settingsOf(experiment.spec, workloads).find(
    ({ workload, of }) =>
      of.setting.env !== undefined &&
      workloads.some(({ name, spec }) => name === workload && refersTo(spec, of.container, of.setting.env!)),
  )
  if (referring)
    return {
      reason: 'InvalidSpec',
      message: `vary.settings ${referring.of.setting.name}: ${referring.of.setting.env} has a valueFrom; state its value in the workload`,
    }
  const { settings } = circumstances
  const seed = seedOf(experiment.metadata.uid)
  const problem = problemOf(experiment.spec, workloads, [], { settings, rules: observed.rules, seed })
  const unknown = settingWithoutBaseline(experiment.spec, workloads)
  if (unknown !== undefined)
    return {
      reason: 'InvalidSpec',
      message: `vary.settings ${unknown}: the workload states no number for it; state its baseline (kubectl plimsoll try: @ and the number at the end of --vary)`,
    }
  const [wrong] = experimentProblems(problem.experiment)
  return wrong === undefined ? undefined : { reason: 'InvalidSpec', message: `${wrong}. Say what to vary in spec.vary` }
}

/** Whether an environment variable is read from another object, such as a ConfigMap. */
function refersTo({ template }: WorkloadSpec, container: string, variable: string): boolean {
  const env = template.spec.containers.find(({ name }) => name === container)?.env ?? []
  return env.some(({ name, valueFrom }) => name === variable && valueFrom !== undefined)
}

function refusalOfTarget(
  target: ExperimentTarget,
  { experiment: { spec }, autoscalers, verticalAutoscalers }: Observed,
  object: Observed['targets'][number]['object'],
): Refusal | undefined {
  const name = `${target.kind} ${target.name}`
  if (!object) return { reason: 'TargetNotFound', message: `${name} does not exist in this namespace` }
  if (object.metadata.deletionTimestamp !== undefined)
    return { reason: 'TargetNotFound', message: `${name} is being deleted` }
  if (object.spec.paused) return { reason: 'TargetPaused', message: `${name} is paused: resume it first` }
  if ((object.spec.replicas ?? 1) < 1)
    return { reason: 'NoReplicas', message: `${name} has no replicas: scale it first` }
  if (JSON.stringify(object.spec).length > MAX_ORIGINAL)
    return { reason: 'TargetTooLarge', message: `${name}: its spec has more than ${MAX_ORIGINAL} characters` }
  const owner = controllerOf(object.metadata.ownerReferences)
  if (owner)
    return {
      reason: 'OwnedByController',
      message: `${name} belongs to ${owner.kind} ${owner.name}, whose controller would revert each trial`,
    }
  const gitOps = spec.gitOpsSuspended ? undefined : gitOpsOf(object)
  if (gitOps)
    return {
      reason: 'ManagedByGitOps',
      message: `${name} is managed by ${gitOps}, which would revert each trial: suspend it, and set gitOpsSuspended: true`,
    }
  const vertical = verticalAutoscalerOf(target, verticalAutoscalers)
  if (vertical)
    return {
      reason: 'VerticalAutoscaler',
      message: `${name} is sized by VerticalPodAutoscaler ${vertical.metadata.name}: set its updateMode to "Off" first`,
    }
  const autoscaler = autoscalerOf(target, autoscalers)
  if (!autoscaler) return undefined
  const scaled = `${name} is scaled by HorizontalPodAutoscaler ${autoscaler.metadata.name}`
  if (!spec.pauseAutoscalers)
    return { reason: 'Autoscaled', message: `${scaled}: allow to pause it with pauseAutoscalers: true` }
  const keeper = ownerOf(autoscaler)
  if (keeper)
    return {
      reason: 'Autoscaled',
      message: `${scaled}, which belongs to ${keeper} and cannot be paused here: pause that, and remove the autoscaler`,
    }
  return undefined
}
