// Readings of the SLOs of a workload, written by hand.
import type { BurnWindows, Requests, SloReading } from '../../src/slos/index.ts'
import { at } from './reconcile-input.ts'

export const of = (bad: number, total: number): Requests => ({ bad, total })

/** The same share in both windows; the short one is a twelfth. */
export const shared = (share: number, total = 12_000): BurnWindows => ({
  long: of(share * total, total),
  short: of((share * total) / 12, total / 12),
})

/** A reading of a p95 this many hours after the start. */
export function latency(changes: Partial<SloReading> = {}, hours = 0): SloReading {
  return {
    objective: {
      ...{ name: 'web', kind: 'latency', budget: 0.05, windowSeconds: 30 * 86_400 },
      text: '95 % of requests below 250 ms',
    },
    state: 'Found',
    readAtSeconds: at(hours).getTime() / 1000,
    burn: shared(0),
    ...changes,
  }
}

/** Readings by Pod, with their sum: share of bad requests by name of the Pod. */
export function byPod(shares: Readonly<Record<string, number>>, total = 1_200): Pick<SloReading, 'burn' | 'byPod'> {
  const pods = new Map(Object.entries(shares).map(([name, share]) => [name, shared(share, total)]))
  const sum = (window: 'long' | 'short') =>
    [...pods.values()].reduce((all, one) => of(all.bad + one[window].bad, all.total + one[window].total), of(0, 0))
  return { burn: { long: sum('long'), short: sum('short') }, byPod: pods }
}
