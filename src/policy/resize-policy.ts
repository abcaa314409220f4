import type { ResourceName } from '../resources/index.ts'
import type { PodContainer } from './pod.ts'

/** Whether a resize of this resource restarts the container, because its `resizePolicy` says RestartContainer. */
export function restartsForResize(
  { resizePolicy }: Pick<PodContainer, 'resizePolicy'>,
  resource: ResourceName,
): boolean {
  const policies: unknown = resizePolicy
  return (
    Array.isArray(policies) &&
    policies.some((one) => one?.resourceName === resource && one?.restartPolicy === 'RestartContainer')
  )
}
