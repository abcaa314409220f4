import { containersByKey, type Revision } from '../../api/index.ts'
import type { Pending } from '../wire.ts'

/** Values of a pending revision that wait for approval, without those that are already applied. */
export function pendingOf({ revision, containers }: Revision, applied: Revision | undefined): Pending {
  const before = applied && containersByKey(applied.containers)
  return {
    revision,
    containers: containersByKey(containers).flatMap(({ name, cpu, memory }) => {
      const now = before?.find((container) => container.name === name)
      const waits = (value: typeof cpu, is: typeof cpu) =>
        value !== undefined && (value.request !== is?.request || value.limit !== is?.limit)
      const asked = { ...(waits(cpu, now?.cpu) && { cpu }), ...(waits(memory, now?.memory) && { memory }) }
      return asked.cpu || asked.memory ? [{ name, ...asked }] : []
    }),
  } as Pending
}
