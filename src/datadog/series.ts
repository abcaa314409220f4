import type { RangeSeries } from '../prometheus/index.ts'
import type { Group } from './answer.ts'

/**
 * The series of one query by Pod and container, with the labels that other stores have. A container has several groups where its tags
 * changed, for example because the Agent learned the owner of a new Pod later: of two values at one time, the higher one counts.
 *
 * @param factor what one unit of the values is in cores or bytes
 */
export function byContainer(namespace: string, groups: readonly Group[], query: number, factor = 1): RangeSeries[] {
  const of = Map.groupBy(
    groups.filter((group) => group.query === query),
    ({ labels }) => JSON.stringify([labels.pod_name ?? '', labels.kube_container_name ?? '']),
  )
  return [...of].map(([key, its]) => {
    const [pod, container] = JSON.parse(key) as [string, string]
    const { seconds, values, left } = its.length === 1 ? its[0]! : highest(its)
    return { labels: { namespace, pod, container }, seconds, values: values.map((value) => value * factor), left }
  })
}

function highest(groups: readonly Group[]): Omit<RangeSeries, 'labels'> {
  const at = new Map<number, number>()
  const left = { malformed: 0, outOfOrder: 0, outsideTheWindow: 0, notFinite: 0 }
  for (const group of groups) {
    for (const [i, time] of group.seconds.entries()) at.set(time, Math.max(at.get(time) ?? -Infinity, group.values[i]!))
    for (const why of Object.keys(left) as (keyof typeof left)[]) left[why] += group.left[why]
  }
  const seconds = Float64Array.from(at.keys()).sort()
  return { seconds, values: seconds.map((time) => at.get(time)!), left }
}

/** Points from which the step of an answer is known. */
const ENOUGH = 24

/** Seconds between two points of an answer if Datadog made its steps longer than asked, and the asked ones otherwise. */
export function coarserThan(stepSeconds: number, groups: readonly Group[]): number {
  const points = groups.filter(({ seconds }) => seconds.length >= ENOUGH)
  if (points.length === 0) return stepSeconds
  const shortest = points.reduce((least, { seconds }) => Math.min(least, shortestIn(seconds)), Infinity)
  return Math.max(stepSeconds, shortest)
}

function shortestIn(seconds: Float64Array): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 1; i < seconds.length; i++) least = Math.min(least, seconds[i]! - seconds[i - 1]!)
  return least
}
