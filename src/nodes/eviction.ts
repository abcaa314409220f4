import type { LabelSelector } from '../api/index.ts'
import { selects } from '../policy/index.ts'

/** What allows or prevents moving a Pod. */
export interface Eviction {
  readonly hasController: boolean
  /** Value of `karpenter.sh/do-not-disrupt` is `true`. */
  readonly isNotToBeDisrupted: boolean
  /** Value of `cluster-autoscaler.kubernetes.io/safe-to-evict`; undefined without the annotation. */
  readonly isSafeToEvict: boolean | undefined
  /** Volumes on the disk of the node that no annotation declares safe to lose. */
  readonly localVolumes: readonly string[]
}

/** A PodDisruptionBudget. */
export interface DisruptionBudget {
  readonly namespace: string
  readonly name: string
  readonly selector: LabelSelector
  readonly disruptionsAllowed: number
}

interface ApiVolume {
  readonly name?: string
  readonly emptyDir?: { readonly medium?: string }
  readonly hostPath?: unknown
}

/** Source: https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md, "What types of pods can prevent CA …". */
export function readEviction(
  annotations: Readonly<Record<string, string>>,
  volumes: readonly ApiVolume[],
  hasController: boolean,
): Eviction {
  const safe = annotations['cluster-autoscaler.kubernetes.io/safe-to-evict']
  const declared = annotations['cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes']?.split(',') ?? []
  return {
    hasController,
    isNotToBeDisrupted: annotations['karpenter.sh/do-not-disrupt'] === 'true',
    isSafeToEvict: safe === 'true' ? true : safe === 'false' ? false : undefined,
    localVolumes: volumes.flatMap(({ name = '', emptyDir, hostPath }) =>
      (hostPath || (emptyDir && emptyDir.medium !== 'Memory')) && !declared.includes(name) ? [name] : [],
    ),
  }
}

/** The fields of policy/v1 PodDisruptionBudget that are read. */
export interface ApiDisruptionBudget {
  readonly metadata: { readonly namespace?: string | undefined; readonly name?: string }
  readonly spec?: { readonly selector?: LabelSelector }
  readonly status?: { readonly disruptionsAllowed?: number }
}

export function readBudgets(budgets: Iterable<ApiDisruptionBudget>): DisruptionBudget[] {
  return [...budgets].flatMap(({ metadata: { namespace = '', name = '' }, spec, status }) =>
    spec?.selector
      ? [{ namespace, name, selector: spec.selector, disruptionsAllowed: status?.disruptionsAllowed ?? 0 }]
      : [],
  )
}

interface Selectable {
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
}

/** The budgets that select a Pod. */
export function budgetsOf(budgets: readonly DisruptionBudget[]): (pod: Selectable) => readonly DisruptionBudget[] {
  const byNamespace = Map.groupBy(budgets, ({ namespace }) => namespace)
  return ({ namespace, labels }) =>
    (byNamespace.get(namespace) ?? []).filter(({ selector }) => selects(selector, labels))
}
