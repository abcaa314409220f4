import {
  identifyWorkload,
  type RunningWorkload,
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
export const OWNER_METRICS = ['kube_pod_owner', 'kube_replicaset_owner', 'kube_job_owner', 'kube_pod_labels'] as const
export type OwnerMetric = (typeof OWNER_METRICS)[number]

/** Name of the Pod label `plimsoll.dev/workload` in kube-state-metrics, if that is configured to show it. */
export const WORKLOAD_LABEL_IN_METRICS = `label_${WORKLOAD_LABEL.replaceAll(/[^a-zA-Z0-9]/g, '_')}`

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
  readonly #workloadLabels = new Map<string, string>()

  constructor(running: RunningWorkload = (named) => named) {
    this.#running = running
  }

  /**
   * Adds one series of kube-state-metrics. A series without an owner is ignored.
   *
   * @throws HistoryError if there are too many objects
   */
  add(metric: OwnerMetric, labels: Labels): void {
    const { namespace, pod, replicaset, job_name, owner_kind, owner_name, owner_is_controller } = labels
    if (!namespace) return
    if (this.#owners.size + this.#workloadLabels.size > MAX_OWNED) {
      throw new HistoryError(
        `the history tells the owners of more than ${MAX_OWNED} objects: read less of it at a time`,
      )
    }
    if (metric === 'kube_pod_labels') {
      const workload = labels[WORKLOAD_LABEL_IN_METRICS]
      if (pod && workload) this.#workloadLabels.set(own(`${namespace}/${pod}`), own(workload))
      return
    }
    const owned = { kube_pod_owner: pod, kube_replicaset_owner: replicaset, kube_job_owner: job_name }[metric]
    if (!owned || !owner_kind || !owner_name || owner_is_controller === 'false') return
    this.#owners.set(own(`${metric}/${namespace}/${owned}`), { kind: own(owner_kind), name: own(owner_name) })
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
    const override = this.#workloadLabels.get(`${namespace}/${pod}`)
    if (!owner && !override) return workloadFromPodName(namespace, pod)
    // A static Pod belongs to its node.
    if (owner?.kind === 'Node') return undefined
    const labels: Record<string, string> = override ? { [WORKLOAD_LABEL]: override } : {}
    const controller = owner && this.#controllerOf(namespace, owner, labels)
    return identifyWorkload({
      namespace,
      labels,
      ownerReferences: controller && controller.kind !== NONE ? [{ ...controller, controller: true }] : [],
    })
  }

  /** Follows a ReplicaSet or Job to its controller. If that is unknown, adds the label from which `identifyWorkload` derives it by name. */
  #controllerOf(namespace: string, owner: Owner, labels: Record<string, string>): Owner {
    const metric = { ReplicaSet: 'kube_replicaset_owner', Job: 'kube_job_owner' }[owner.kind]
    const above = metric && this.#owners.get(`${metric}/${namespace}/${owner.name}`)
    if (above && above.kind !== NONE) return above
    if (!above && owner.kind === 'ReplicaSet') {
      const hash = templateHashOfReplicaSet(owner.name)
      if (hash) labels['pod-template-hash'] = hash
    }
    return owner
  }
}

/** Kind by which kube-state-metrics says that there is no owner. */
const NONE = '<none>'
