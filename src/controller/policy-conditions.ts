import { isoSeconds, SIZING_POLICIES } from '../api/index.ts'
import type { ClusterSizingPolicy } from '../informers/index.ts'
import { type KubeObject, unlessMissing } from '../kube/index.ts'
import { clampedSettings } from '../policy/index.ts'
import type { ControllerContext } from './context.ts'
import type { PendingWrite, WriteQueue } from './write-queue.ts'

/** Reports on each SizingPolicy, as its condition `Clamped`, which of its settings are wider than the cluster allows. */
export class PolicyConditions {
  readonly #context: ControllerContext
  readonly #queue: WriteQueue
  /** SizingPolicies whose condition is out of date, by `<namespace>/<name>`. */
  readonly #due = new Map<string, ClusterSizingPolicy>()

  constructor(context: ControllerContext, queue: WriteQueue) {
    this.#context = context
    this.#queue = queue
  }

  note(policy: ClusterSizingPolicy): void {
    const { namespace, name, status } = policy
    const key = `${namespace}/${name}`
    const condition = this.#conditionOf(policy)
    const current = status.conditions?.find(({ type }) => type === condition.type)
    const isSame = current?.message === condition.message && current.observedGeneration === condition.observedGeneration
    if (isSame) this.#due.delete(key)
    else this.#due.set(key, policy)
  }

  run(): void {
    const due = Array.from(this.#due, ([key, policy]) => this.#write(key, policy))
    this.#queue.offer(['condition'], due, this.#context.time.elapsed())
  }

  #write(key: string, policy: ClusterSizingPolicy): PendingWrite {
    const { namespace, name, status } = policy
    const condition = this.#conditionOf(policy)
    return {
      purpose: 'condition',
      key: `condition/${key}`,
      namespace,
      requests: 1,
      content: JSON.stringify(condition),
      about: { policy: key },
      run: async (signal) => {
        const { client, time } = this.#context
        const current = status.conditions?.find(({ type }) => type === condition.type)
        const lastTransitionTime =
          current?.status === condition.status ? current.lastTransitionTime : isoSeconds(new Date(time.now()))
        const object = { metadata: { namespace, name }, status: { conditions: [{ ...condition, lastTransitionTime }] } }
        const options = { force: true, subresource: 'status', signal }
        // One that was deleted meanwhile needs no condition.
        await client.apply<KubeObject>(SIZING_POLICIES, object as KubeObject, options).catch(unlessMissing)
        if (this.#due.get(key) === policy) this.#due.delete(key)
        return true
      },
    }
  }

  #conditionOf({ generation, spec }: ClusterSizingPolicy) {
    const clamped = clampedSettings(spec, this.#context.cluster.policy)
    return {
      type: 'Clamped',
      status: clamped.length > 0 ? 'True' : 'False',
      reason: clamped.length > 0 ? 'WiderThanCluster' : 'WithinCluster',
      message: clamped.length > 0 ? `${clamped.join('; ')}.` : "Every bound is within the cluster's.",
      observedGeneration: generation,
    } as const
  }
}
