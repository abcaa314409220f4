import { parseQuantity, type ResourceName, toNumber } from '../../../../src/resources/index.ts'
import type { SeenPod, SeenResources } from '../../loop/sight.ts'
import { type AfternoonWorkload, containersOf } from '../workload.ts'

/** A quantity in cores or bytes; undefined if there is none. */
export function amountOf(text: string | undefined): number | undefined {
  const nanos = parseQuantity(text)
  return nanos === undefined ? undefined : toNumber(nanos)
}

/** Sum of the requests of the containers of a Pod, including native sidecars. */
export function requestsOf({ spec }: SeenPod, resource: ResourceName): number | undefined {
  const sidecars = (spec.initContainers ?? []).filter((one) => 'restartPolicy' in one)
  const known = [...sidecars, ...spec.containers].flatMap(
    ({ resources }) => amountOf(resources.requests?.[resource]) ?? [],
  )
  return known.length === 0 ? undefined : known.reduce((a, b) => a + b)
}

export function isAbout(one: number | undefined, other: number | undefined, share: number): boolean {
  if (one === undefined || other === undefined) return one === other
  return Math.abs(one - other) <= share * Math.max(Math.abs(one), Math.abs(other)) + 1e-9
}

export function valuesOf(resources: SeenResources, resource: ResourceName) {
  return { request: resources.requests?.[resource], limit: resources.limits?.[resource] }
}

/** Usage of a container in the history, in cores or bytes. */
export interface UsedInThePast {
  /** Whether a figure is the quantile of a rank (0..1), or of a rank slightly below or above. */
  isRank(figure: number, rank: number): boolean
}

/** Percentiles are kept in buckets of a few percent, and rates are means over some minutes. */
const NEARLY = 0.15
const RANKS_AROUND = 0.04
/** Resolution of the figures. */
const GRAINS = { cpu: 0.01, memory: 10 * 2 ** 20 } as const

const STEP_SECONDS = 300
const DAY_SECONDS = 86_400

export function usedInThePast(
  workload: AfternoonWorkload,
  container: string,
  resource: ResourceName,
  endSeconds: number,
): UsedInThePast {
  const { cores, bytes } = containersOf(workload)[container]!
  const at = resource === 'cpu' ? cores : bytes
  const values: number[] = []
  for (let s = endSeconds - (workload.days ?? 14) * DAY_SECONDS; s < endSeconds; s += STEP_SECONDS) values.push(at(s))
  values.sort((a, b) => a - b)
  const rank = (share: number) => values[Math.min(values.length - 1, Math.ceil(share * values.length) - 1)]!
  // The rate of a run that has just begun is lower than its usage.
  const least = workload.kind === 'CronJob' ? 0.3 : NEARLY
  return {
    isRank(figure, share) {
      const [low, high] = [rank(Math.max(0, share - RANKS_AROUND)), rank(Math.min(1, share + RANKS_AROUND))]
      return figure <= GRAINS[resource]
        ? low <= GRAINS[resource]
        : figure >= low * (1 - least) && figure <= high * (1 + NEARLY)
    },
  }
}
