import type { RunningState } from '../../apply/index.ts'
import { REASONS } from '../../policy/index.ts'

/** Most Pods that are listed. */
const MOST_PODS = 50

/** One line for each running Pod: what it carries, what it should carry, and what it waits for. */
export function describeRunning(states: readonly RunningState[]): string[] {
  if (states.length === 0) return []
  const more = states.length - MOST_PODS
  return [
    '',
    'running Pods',
    ...states.slice(0, MOST_PODS).map(describeState),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ]
}

export function describeState({ pod, carries, should, isDone, changes, reason, message }: RunningState): string {
  const has = carries === undefined ? 'no revision' : `revision ${carries}`
  const to = should === 'author' ? "its author's values" : `revision ${should}`
  const move = should === undefined || isDone ? has : `${has}, should carry ${to}`
  return `  ${pod}  ${move}${isDone ? '' : `: ${waits(changes, reason, message)}`}`
}

function waits(changes: string | undefined, reason: RunningState['reason'], message: string | undefined): string {
  const why = reason && [`${reason}: ${REASONS[reason].says}`, ...(message ? [message] : [])].join(': ')
  return [...(changes ? [changes] : []), ...(why ? [why] : [])].join('; ')
}
