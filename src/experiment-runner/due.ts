import { hasEnded } from '../api/index.ts'
import type { ExperimentObject } from './objects.ts'
import { FINALIZER } from './step.ts'

/** How often an experiment that waits is looked at. */
const WAITING_MILLISECONDS = 30_000

/** Whether an experiment must be looked at every few seconds. */
export function isBusy({ status }: ExperimentObject): boolean {
  return status?.phase === 'Running' || status?.phase === 'Restoring'
}

/** Whether something is left to do for an experiment. */
export function isDue({ metadata, status }: ExperimentObject): boolean {
  const { finalizers = [], deletionTimestamp } = metadata
  // Nothing of ours holds it.
  if (deletionTimestamp !== undefined && !finalizers.includes(FINALIZER)) return false
  return !hasEnded(status) || finalizers.includes(FINALIZER)
}

/**
 * Experiments of one namespace to look at now, in this order: those that have begun or end, new ones, and one of those that wait.
 *
 * @param lookedAt when each was looked at last, by uid, in Unix milliseconds
 */
export function toLookAt(
  experiments: readonly ExperimentObject[],
  lookedAt: ReadonlyMap<string, number>,
  now: number,
): readonly ExperimentObject[] {
  const due = experiments.filter(isDue).toSorted(byAge)
  const first = due.filter(
    ({ status, metadata }) => status?.originals || hasEnded(status) || metadata.deletionTimestamp !== undefined,
  )
  const rest = due.filter((one) => !first.includes(one))
  const fresh = rest.filter(({ status }) => status?.phase === undefined)
  if (first.some(isBusy)) return [...first, ...fresh]
  const waiting = rest.filter((one) => !fresh.includes(one))
  const at = ({ metadata }: ExperimentObject) => lookedAt.get(metadata.uid) ?? 0
  // One that waits for something else, such as rights, must not hold up those that wait for their turn.
  const [next] = waiting.filter(({ status }) => status?.reason === 'Waiting')
  const [stuck] = waiting.filter(({ status }) => status?.reason !== 'Waiting').toSorted((a, b) => at(a) - at(b))
  const others = [next, stuck].filter((one) => one !== undefined && now - at(one) >= WAITING_MILLISECONDS)
  return [...first, ...fresh, ...(others as ExperimentObject[])]
}

function byAge(one: ExperimentObject, other: ExperimentObject): number {
  const [a, b] = [one, other].map(({ metadata: { creationTimestamp = '', name } }) => `${creationTimestamp} ${name}`)
  return a! < b! ? -1 : 1
}
