import { isObject } from '../resources/index.ts'
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
  const owner = metadata.ownerReferences?.find(({ controller }) => controller)
  return owner && `${owner.kind} ${owner.name}`
}

const DISABLED = { selectPolicy: 'Disabled' }
/** Scales neither up nor down within the bounds of the autoscaler. */
export const PAUSED = { scaleUp: DISABLED, scaleDown: DISABLED }

export function isPaused(behavior: unknown): boolean {
  const { scaleUp, scaleDown } = (behavior ?? {}) as Record<string, { selectPolicy?: string } | undefined>
  return scaleUp?.selectPolicy === 'Disabled' && scaleDown?.selectPolicy === 'Disabled'
}

/** The JSON merge patch (RFC 7386) that turns one value into another. */
export function mergePatchTo(from: unknown, to: unknown): unknown {
  if (!isObject(from) || !isObject(to)) return to
  const patch: Record<string, unknown> = {}
  for (const key of Object.keys(from)) if (!(key in to)) patch[key] = null
  for (const [key, value] of Object.entries(to))
    if (JSON.stringify(from[key]) !== JSON.stringify(value)) patch[key] = mergePatchTo(from[key], value)
  return patch
}
