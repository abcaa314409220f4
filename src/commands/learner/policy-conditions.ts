import { SIZING_POLICIES } from '../../api/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { clampedSettings } from '../../policy/index.ts'
import type { ClusterSizingPolicy } from '../watch-policies.ts'
import type { LeadContext } from './context.ts'

/** Tells on each SizingPolicy, as its condition `Clamped`, what of it is wider than the cluster allows. */
export class PolicyConditions {
  readonly #context: LeadContext
  #due = new Map<string, ClusterSizingPolicy>()

  constructor(context: LeadContext) {
    this.#context = context
  }

  note(policy: ClusterSizingPolicy): void {
    this.#due.set(`${policy.namespace}/${policy.name}`, policy)
  }

  async write(signal: AbortSignal): Promise<void> {
    const { client, cluster, logger } = this.#context
    const due = this.#due
    this.#due = new Map()
    for (const [key, { namespace, name, generation, spec, status }] of due) {
      const clamped = clampedSettings(spec, cluster.policy)
      const condition = {
        type: 'Clamped',
        status: clamped.length > 0 ? 'True' : 'False',
        reason: clamped.length > 0 ? 'WiderThanCluster' : 'WithinCluster',
        message: clamped.length > 0 ? `${clamped.join('; ')}.` : "Every bound lies within the cluster's.",
        observedGeneration: generation,
      } as const
      const standing = status.conditions?.find(({ type }) => type === condition.type)
      if (standing?.message === condition.message && standing.observedGeneration === generation) continue
      const lastTransitionTime =
        standing?.status === condition.status
          ? standing.lastTransitionTime
          : `${new Date().toISOString().slice(0, 19)}Z`
      const object = { metadata: { namespace, name }, status: { conditions: [{ ...condition, lastTransitionTime }] } }
      const write = { force: true, subresource: 'status', signal }
      await client.apply<KubeObject>(SIZING_POLICIES, object as KubeObject, write).catch((error) => {
        logger.warn({ error, policy: key }, 'the condition of a SizingPolicy was not written')
      })
    }
  }
}
