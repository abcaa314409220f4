import type { LoadContext } from './context.ts'
import type { Load } from './load.ts'

/** Longest value of the label that a Job puts on its Pods, less what is added to it here. */
const MOST_CHARACTERS = 63

/** Name of the Job of a trial. Two Experiments or trials never share one. */
export function jobName({ name }: Load, { experiment, trial }: LoadContext): string {
  const end = `-${trial}-${name}`
  const full = experiment + end
  if (full.length <= MOST_CHARACTERS && !experiment.includes('.')) return full
  const digest = fnv1a(experiment)
  const start = experiment.replaceAll('.', '-').slice(0, MOST_CHARACTERS - end.length - digest.length - 1)
  return `${start.replace(/-+$/, '')}-${digest}${end}`
}

/** FNV-1a of 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/), as text of at most 7 characters. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(36)
}
