import {
  identifyWorkload,
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

/** Metrics of kube-state-metrics that tell who owns an object, and which workload its label names. */
export const OWNER_METRICS = [
  'kube_pod_owner',
  'kube_replicaset_owner',
  'kube_replicationcontroller_owner',
  'kube_job_owner',
  'kube_pod_labels',
] as const
export type OwnerMetric = (typeof OWNER_METRICS)[number]

/**
 * Name of a Pod's label in kube-state-metrics, if that is configured to show it.
 *
 * Source: `kubeMapToPrometheusLabels` in internal/store/utils.go of kube-state-metrics
 */
export function labelInMetrics(label: string): string {
  const sanitized = label.replaceAll(/[^a-zA-Z0-9_]/g, '_')
  return `label_${sanitized.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()}`
}

/** Labels of Pods that tell their workload: names in kube-state-metrics, with those in the cluster. */
export function identifyingLabels(rules: readonly RunRule[] = RUN_RULES): ReadonlyMap<string, string> {
  return new Map([WORKLOAD_LABEL, ...labelsOf(rules)].map((label) => [labelInMetrics(label), label]))
}

interface Owner {
  readonly kind: string
  readonly name: string
}

/** Most objects with owners: some twenty times what the largest clusters show in two weeks. */
const MAX_OWNED = 1_000_000

/** Which workload each Pod of a history belongs to: by the owners that kube-state-metrics recorded, or else by the Pod's name. */
export class PodOwners {
  readonly #running: RunningWorkload
  /** Controller of each owned object, by `metric/namespace/name`. */
  readonly #owners = new Map<string, Owner>()
  /** Labels that identify workloads, by `namespace/pod`. */
  readonly #labels = new Map<string, Record<string, string>>()
  readonly #rules: readonly RunRule[]
  readonly #identifying: ReadonlyMap<string, string>

  /** @param rules how to recognize what repeats from run to run */
  constructor(running: RunningWorkload = (named) => named, rules: readonly RunRule[] = RUN_RULES) {
    this.#running = running
    this.#rules = rules
    this.#identifying = identifyingLabels(rules)
  }

  /**
   * Adds one series of kube-state-metrics. A series without an owner is ignored.
   *
   * @throws HistoryError if there are too many objects
   */
  add(metric: OwnerMetric, labels: Labels): void {
    const { namespace, pod, replicaset, replicationcontroller, job_name, owner_kind, owner_name, owner_is_controller } =
      labels
    if (!namespace) return
    if (this.#owners.size + this.#labels.size > MAX_OWNED) {
      throw new HistoryError(
        `the history tells the owners of more than ${MAX_OWNED} objects: read less of it at a time`,
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
    if (!owned || !owner_kind || !owner_name || owner_is_controller === 'false') return
    this.#owners.set(own(`${metric}/${namespace}/${owned}`), { kind: own(owner_kind), name: own(owner_name) })
  }

  #addLabels(pod: string, series: Labels): void {
    const found = [...this.#identifying].flatMap(([inMetrics, label]) => {
      const value = series[inMetrics]
      return value ? [[label, own(value)]] : []
    })
    if (found.length > 0) this.#labels.set(own(pod), Object.fromEntries(found))
  }

  /**
   * The workload of a Pod; undefined for Pods that are not learned: those without a controller, of a bare Job, static, or of
   * unknown origin.
   */
  workloadOf(namespace: string, pod: string): Workload | undefined {
    const named = this.#namedFor(namespace, pod)
    return this.#running(named, pod, namespace)
  }

  #namedFor(namespace: string, pod: string): Workload | undefined {
    const owner = this.#owners.get(`kube_pod_owner/${namespace}/${pod}`)
    const known = this.#labels.get(`${namespace}/${pod}`)
    if (!owner && !known) return workloadFromPodName(namespace, pod)
    // A static Pod belongs to its node.
    if (owner?.kind === 'Node') return undefined
    const labels = { ...known }
    const controller = owner && this.#controllerOf(namespace, owner, labels)
    const ownerReferences = controller && controller.kind !== NONE ? [{ ...controller, controller: true }] : []
    return identifyWorkload({ namespace, name: pod, labels, ownerReferences }, this.#rules)
  }

  /** Follows a ReplicaSet or Job to its controller. If that is unknown, adds the label from which `identifyWorkload` derives it by name. */
  #controllerOf(namespace: string, owner: Owner, labels: Record<string, string>): Owner {
    const metric = ABOVE[owner.kind]
    const above = metric && this.#owners.get(`${metric}/${namespace}/${owner.name}`)
    if (above && above.kind !== NONE) return above
    if (!above && owner.kind === 'ReplicaSet') {
      const hash = templateHashOfReplicaSet(owner.name)
      if (hash) labels['pod-template-hash'] = hash
    }
    return owner
  }
}

/** Metric that tells the owner of an owner. */
const ABOVE: Readonly<Record<string, OwnerMetric>> = {
  ReplicaSet: 'kube_replicaset_owner',
  ReplicationController: 'kube_replicationcontroller_owner',
  Job: 'kube_job_owner',
}

/** Kind by which kube-state-metrics says that there is no owner. */
const NONE = '<none>'
