import { controllerOf } from '../workloads/index.ts'
import type { AutoscalerObject, VerticalAutoscalerObject } from './objects.ts'

interface Named {
  readonly kind: string
  readonly name: string
}

/** The HorizontalPodAutoscaler of a workload. */
export function autoscalerOf(
  { kind, name }: Named,
  autoscalers: readonly AutoscalerObject[],
): AutoscalerObject | undefined {
  return autoscalers.find(({ spec: { scaleTargetRef: of } }) => of.kind === kind && of.name === name)
}

/** The VerticalPodAutoscaler that changes the Pods of a workload. */
export function verticalAutoscalerOf(
  { kind, name }: Named,
  autoscalers: readonly VerticalAutoscalerObject[],
): VerticalAutoscalerObject | undefined {
  return autoscalers.find(
    ({ spec }) =>
      spec?.targetRef?.kind === kind && spec.targetRef.name === name && spec.updatePolicy?.updateMode !== 'Off',
  )
}

/** The controller that owns an autoscaler, such as KEDA's ScaledObject, and would revert a pause. */
export function ownerOf({ metadata }: AutoscalerObject): string | undefined {
  const owner = controllerOf(metadata.ownerReferences)
  return owner && `${owner.kind} ${owner.name}`
}

const DIRECTIONS = ['scaleUp', 'scaleDown'] as const
type Behavior = { readonly [direction in (typeof DIRECTIONS)[number]]?: { readonly selectPolicy?: string } }

const DISABLED = { selectPolicy: 'Disabled' }
/** Scales neither up nor down within the bounds of the autoscaler. */
export const PAUSED = { scaleUp: DISABLED, scaleDown: DISABLED }

export function isPaused(behavior: unknown): boolean {
  return DIRECTIONS.every((of) => ((behavior ?? {}) as Behavior)[of]?.selectPolicy === 'Disabled')
}

/**
 * The merge patch of the behavior that resumes what was paused. Where somebody resumed a direction meanwhile, it is left as it is.
 *
 * @returns undefined where nothing of ours is left; null to remove the behavior
 */
export function resumingPatch(behavior: unknown, original: unknown): unknown {
  const [is, was] = [behavior, original].map((one) => (one ?? {}) as Behavior) as [Behavior, Behavior]
  const paused = DIRECTIONS.filter((of) => is[of]?.selectPolicy === 'Disabled' && was[of]?.selectPolicy !== 'Disabled')
  if (paused.length === 0) return undefined
  if ((original ?? null) === null && DIRECTIONS.every((of) => !is[of] || paused.includes(of))) return null
  return Object.fromEntries(paused.map((of) => [of, was[of] ? { selectPolicy: was[of].selectPolicy ?? null } : null]))
}
