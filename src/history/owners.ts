import {
  identifyWorkload,
  isNamedByRun,
  labelsOf,
  RUN_RULES,
  type RunningWorkload,
  type RunRule,
  templateHashOfReplicaSet,
  WORKLOAD_LABEL,
  type Workload,
  workloadFromPodName,
} from '../workloads/index.ts'
import { own } from './own.ts'
import { HistoryError } from './source.ts'

/** Labels of one series. */
export type Labels = Readonly<Record<string, string>>

/** Metrics of kube-state-metrics with the owner of an object, and with the label that names its workload. */
export const OWNER_METRICS = [
  'kube_pod_owner',
  'kube_replicaset_owner',
  'kube_replicationcontroller_owner',
  'kube_job_owner',
  'kube_pod_labels',
] as const
export type OwnerMetric = (typeof OWNER_METRICS)[number]

/**
 * Name of a Pod's label in kube-state-metrics, if it exports the label.
 *
 * Source: `kubeMapToPrometheusLabels` in internal/store/utils.go of kube-state-metrics
 */
export function labelInMetrics(label: string): string {
  const sanitized = label.replaceAll(/[^a-zA-Z0-9_]/g, '_')
  return `label_${sanitized.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()}`
}

/** Labels of Pods that identify their workload: names in kube-state-metrics, with those in the cluster. */
export function workloadLabels(rules: readonly RunRule[] = RUN_RULES): ReadonlyMap<string, string> {
  return new Map([WORKLOAD_LABEL, ...labelsOf(rules)].map((label) => [labelInMetrics(label), label]))
}

interface Owner {
  readonly kind: string
  readonly name: string
}

/** Maximum number of objects with owners: about twenty times as many as the largest clusters have in two weeks. */
const MAX_OWNED = 1_000_000

/** Why Plimsoll does not learn a Pod: it belongs to no workload, or to none that is known. */
export type NoWorkload = 'bare' | 'job' | 'static' | 'unknown'

/** The workload of a Pod, and what of it is guessed: the kind, from the Pod's name, or the name, from that of one run. */
export type Origin =
  | { readonly workload: Workload; readonly guess: 'kind' | 'run' | undefined }
  | { readonly workload?: undefined; readonly why: NoWorkload }

/**
 * Which workload each Pod of a history belongs to. Records of kube-state-metrics take precedence, including those without an owner. A
 * Pod without records is identified by its name.
 */
export class PodOwners {
  readonly #running: RunningWorkload
  /** Controller of each object, by `metric/namespace/name`; undefined if the source says that it has none. */
  readonly #owners = new Map<string, Owner | undefined>()
  /** Labels that identify workloads, by `namespace/pod`. */
  readonly #labels = new Map<string, Record<string, string>>()
  readonly #rules: readonly RunRule[]
  readonly #identifying: ReadonlyMap<string, string>

  /** @param rules rules that recognize workloads whose owners live for one run */
  constructor(running: RunningWorkload = (named) => named, rules: readonly RunRule[] = RUN_RULES) {
    this.#running = running
    this.#rules = rules
    this.#identifying = workloadLabels(rules)
  }

  /**
   * Adds one series of kube-state-metrics. A series without an owner means that there is none.
   *
   * @throws HistoryError if there are too many objects
   */
  add(metric: OwnerMetric, labels: Labels): void {
    const { replicaset, replicationcontroller, job_name, owner_kind, owner_name, owner_is_controller } = labels
    const { namespace, pod } = subjectOf(labels)
    if (!namespace) return
    if (this.#owners.size + this.#labels.size > MAX_OWNED) {
      throw new HistoryError(
        `the history contains the owners of more than ${MAX_OWNED} objects: read less of it at a time`,
      )
    }
    if (metric === 'kube_pod_labels') {
      if (pod) this.#addLabels(`${namespace}/${pod}`, labels)
      return
    }
    const owned = {
      kube_pod_owner: pod,
      kube_replicaset_owner: replicaset,
      kube_replicationcontroller_owner: replicationcontroller,
      kube_job_owner: job_name,
    }[metric]
    if (!owned) return
    const key = `${metric}/${namespace}/${owned}`
    const isOwned = isNamed(owner_kind) && isNamed(owner_name) && owner_is_controller !== 'false'
    if (isOwned) this.#owners.set(own(key), { kind: own(owner_kind), name: own(owner_name) })
    else if (!this.#owners.has(key)) this.#owners.set(own(key), undefined)
  }

  #addLabels(pod: string, series: Labels): void {
    const found = [...this.#identifying].flatMap(([inMetrics, label]) => {
      const value = series[inMetrics]
      return value ? [[label, own(value)]] : []
    })
    if (found.length > 0) this.#labels.set(own(pod), Object.fromEntries(found))
  }

  /**
   * The workload of a Pod; undefined for Pods that Plimsoll does not learn: without a controller, of a Job without a CronJob, static,
   * or of unknown origin.
   */
  workloadOf(namespace: string, pod: string): Workload | undefined {
    return this.originOf(namespace, pod).workload
  }

  /** The workload of a Pod and how it is known, or why there is none. */
  originOf(namespace: string, pod: string): Origin {
    const origin = this.#namedFor(namespace, pod)
    const workload = this.#running(origin.workload, pod, namespace)
    // A workload with another name is known from the cluster.
    return workload ? { workload, guess: workload === origin.workload ? origin.guess : undefined } : whyNone(origin)
  }

  #namedFor(namespace: string, pod: string): Origin {
    const key = `kube_pod_owner/${namespace}/${pod}`
    const owner = this.#owners.get(key)
    const known = this.#labels.get(`${namespace}/${pod}`)
    if (!this.#owners.has(key) && !known) {
      const workload = workloadFromPodName(namespace, pod)
      return workload ? { workload, guess: 'kind' } : { why: 'unknown' }
    }
    // A static Pod belongs to its node.
    if (owner?.kind === 'Node') return { why: 'static' }
    const labels = { ...known }
    const { controller, isGuessed, isBareJob } = owner ? this.#controllerOf(namespace, owner, labels) : NOBODY
    const ownerReferences = controller ? [{ ...controller, controller: true }] : []
    const identity = { namespace, name: pod, labels, ownerReferences }
    const workload = identifyWorkload(identity, this.#rules)
    // A Job without an owner is not learned, even if its name looks like that of a CronJob's Job.
    const isByName = isBareJob && workload?.kind === 'CronJob' && labels[WORKLOAD_LABEL] === undefined
    if (!workload || isByName) return { why: owner ? 'job' : 'bare' }
    if (isGuessed && workload.kind !== owner?.kind) return { workload, guess: 'kind' }
    return { workload, guess: isNamedByRun(identity, this.#rules) ? 'run' : undefined }
  }

  /**
   * Finds the controller of a ReplicaSet, ReplicationController or Job. If the source does not contain it, `identifyWorkload` derives
   * it from the name, if possible.
   */
  #controllerOf(
    namespace: string,
    owner: Owner,
    labels: Record<string, string>,
  ): { readonly controller: Owner | undefined; readonly isGuessed: boolean; readonly isBareJob: boolean } {
    const metric = ABOVE[owner.kind]
    const key = `${metric}/${namespace}/${owner.name}`
    const above = metric && this.#owners.get(key)
    if (above) return { controller: above, isGuessed: false, isBareJob: false }
    const isTold = metric === undefined || this.#owners.has(key)
    if (!isTold && owner.kind === 'ReplicaSet') {
      const hash = templateHashOfReplicaSet(owner.name)
      if (hash) labels['pod-template-hash'] = hash
    }
    return { controller: owner, isGuessed: !isTold, isBareJob: isTold && owner.kind === 'Job' }
  }
}

/** Metric with the owner of an owner. */
const ABOVE: Readonly<Record<string, OwnerMetric>> = {
  ReplicaSet: 'kube_replicaset_owner',
  ReplicationController: 'kube_replicationcontroller_owner',
  Job: 'kube_job_owner',
}

const NOBODY = { controller: undefined, isGuessed: false, isBareJob: false }

function whyNone(origin: Origin): Origin {
  return origin.workload ? { why: 'unknown' } : origin
}

/**
 * The namespace, Pod, container and node that a series is about. If a target is scraped without `honor_labels`, its own labels have
 * these names, and those of the objects that it reports begin with `exported_`. Before Kubernetes 1.16, cAdvisor used `pod_name` and
 * `container_name`.
 */
export function subjectOf(labels: Labels): {
  readonly namespace: string | undefined
  readonly pod: string | undefined
  readonly container: string | undefined
  readonly node: string | undefined
} {
  const { exported_namespace, exported_pod, exported_container, exported_node } = labels
  return {
    namespace: exported_namespace || labels.namespace,
    pod: exported_pod || labels.pod || labels.pod_name,
    container: exported_container || labels.container || labels.container_name,
    node: exported_node || labels.node,
  }
}

/** Whether a label names an owner. For none, kube-state-metrics writes `<none>` (1.x) or an empty label (2.x). */
function isNamed(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text !== '<none>'
}
