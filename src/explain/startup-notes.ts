import type { StartupStatus } from '../api/index.ts'
import { explainReason, knownReasons } from '../policy/index.ts'

/** How the containers start, and why Pods get no boost. */
export function startupNotes({ held, containers = [] }: StartupStatus): string[] {
  const [reason] = knownReasons([held])
  return [
    ...(reason ? [`Pods get no boost when they start: ${explainReason(reason)}`] : []),
    ...containers.map(({ name, seconds, cpu, boost }) => {
      const used = cpu === undefined ? '' : `, and uses up to ${cpu} of CPU`
      const proposed = boost === undefined ? '' : `; its CPU limit holds it back: a boost of ${boost} is proposed`
      return `container ${name} starts within ${seconds} s${used}${proposed}`
    }),
  ]
}
