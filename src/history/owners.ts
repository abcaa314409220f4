import {
  identifyWorkload,
  templateHashOfReplicaSet,
  WORKLOAD_LABEL,
  type Workload,
  workloadFromPodName,
} from '../workloads/index.ts'
import { own } from './own.ts'
import { HistoryError } from './source.ts'

/** Labels of one series. */
export type Labels = Readonly<Record<string, string>>

/** What kube-state-metrics says about who owns whom, and who was named by hand. */
export const OWNER_METRICS = ['kube_pod_owner', 'kube_replicaset_owner', 'kube_job_owner', 'kube_pod_labels'] as const
export type OwnerMetric = (typeof OWNER_METRICS)[number]

/** How kube-state-metrics spells the Pod label `plimsoll.dev/workload`, where it is told to show it. */
export const WORKLOAD_LABEL_IN_METRICS = `label_${WORKLOAD_LABEL.replaceAll(/[^a-zA-Z0-9]/g, '_')}`

interface Owner {
  readonly kind: string
  readonly name: string
}

/** Some twenty times what the largest clusters show in two weeks. */
const MAX_OWNED = 1_000_000

/**
 * Which workload each Pod of a history belongs to: by the owners that kube-state-metrics recorded where it did, by the
 * Pod's name where it did not.
 */
export class PodOwners {
  /** `metric/namespace/name` of the owned: its controller. */
  readonly #owners = new Map<string, Owner>()
  readonly #workloadLabels = new Map<string, string>()

  /** Takes one series of kube-state-metrics in. One that does not tell an owner is left alone. */
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

  /** @returns undefined for Pods that are not learned: without a controller, of a bare Job, static, of unknown origin */
  workloadOf(namespace: string, pod: string): Workload | undefined {
    const owner = this.#owners.get(`kube_pod_owner/${namespace}/${pod}`)
    const override = this.#workloadLabels.get(`${namespace}/${pod}`)
    if (!owner && !override) return workloadFromPodName(namespace, pod)
    // A static Pod is its node's.
    if (owner?.kind === 'Node') return undefined
    const labels: Record<string, string> = override ? { [WORKLOAD_LABEL]: override } : {}
    const controller = owner && this.#controllerOf(namespace, owner, labels)
    return identifyWorkload({
      namespace,
      labels,
      ownerReferences: controller && controller.kind !== NONE ? [{ ...controller, controller: true }] : [],
    })
  }

  /** Follows a ReplicaSet or Job to what made it, or leaves `identifyWorkload` what it needs to see that by the name. */
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

/** kube-state-metrics' word for no owner. */
const NONE = '<none>'
