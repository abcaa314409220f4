import { MAX_SLO_SPANS, type SloShares } from '../api/index.ts'
import { type SloReading, shareOf } from '../slos/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'

/** Most shares that are published for all objectives together: about 250 kB of the Secret (docs/decisions/0128). */
const MOST_SHARES = 100_000
/**
 * Fewest spans that are worth a plot: one hour in spans of five minutes. If there is not even room for these, some objectives are left
 * out.
 */
const LEAST_SPANS = 12

interface Ring {
  readonly workload: Workload
  readonly name: string
  readonly kind: SloReading['objective']['kind']
  /** The objective: shares of another one under the same name do not belong in the same plot. */
  readonly text: string
  readonly budget: number
  /** Share of each span, at its number modulo the length; NaN if unknown. */
  readonly shares: Float32Array
  last: number
}

/** Shares of bad requests of the last day, by objective, for the plots of the dashboard. They are kept in memory only. */
export class SloShareHistory {
  readonly #stepSeconds: number
  readonly #rings = new Map<string, Ring>()

  /** @param stepSeconds length of a span: the short burn window, so that each request counts in about one span */
  constructor(stepSeconds: number) {
    this.#stepSeconds = stepSeconds
  }

  /** Adds the newest readings of all workloads, and forgets objectives that no longer exist. */
  note(workloads: Iterable<Workload>, readingsOf: (workload: Workload) => readonly SloReading[]): void {
    const present = new Set<string>()
    for (const workload of workloads) {
      for (const reading of readingsOf(workload)) {
        const { name, kind } = reading.objective
        const key = JSON.stringify([workloadKey(workload), name, kind])
        present.add(key)
        this.#noteOne(key, workload, reading)
      }
    }
    for (const key of this.#rings.keys()) if (!present.has(key)) this.#rings.delete(key)
  }

  /** The shares to publish; undefined if there are no SLOs. The more objectives there are, the fewer spans are published for each. */
  published(nowSeconds: number): SloShares | undefined {
    if (this.#rings.size === 0) return undefined
    const current = Math.floor(nowSeconds / this.#stepSeconds)
    const spans = Math.max(LEAST_SPANS, Math.min(MAX_SLO_SPANS, Math.floor(MOST_SHARES / this.#rings.size)))
    const first = current - spans + 1
    const burning = [...this.#rings.values()].sort((a, b) => lastRate(b) - lastRate(a))
    return {
      fromSeconds: first * this.#stepSeconds,
      stepSeconds: this.#stepSeconds,
      objectives: burning.slice(0, Math.floor(MOST_SHARES / spans)).map((ring) => ({
        ...{ workload: ring.workload, name: ring.name, kind: ring.kind },
        shares: Array.from({ length: spans }, (_, i) => shareAt(ring, first + i)),
      })),
    }
  }

  #noteOne(key: string, workload: Workload, { objective, state, burn, readAtSeconds }: SloReading): void {
    const span = Math.floor(readAtSeconds / this.#stepSeconds)
    const { name, kind, text, budget } = objective
    let ring = this.#rings.get(key)
    if (ring?.text !== text) {
      const shares = new Float32Array(MAX_SLO_SPANS).fill(Number.NaN)
      ring = { workload, name, kind, text, budget, shares, last: span }
      this.#rings.set(key, ring)
    }
    if (span < ring.last) return
    const gap = Math.min(span - ring.last, MAX_SLO_SPANS)
    for (let i = 0; i < gap; i++) ring.shares[(span - i) % MAX_SLO_SPANS] = Number.NaN
    ring.last = span
    const share = state === 'Found' && burn ? shareOf(burn.short) : undefined
    // If Prometheus is briefly unavailable, earlier readings in this span are kept.
    if (share !== undefined) ring.shares[span % MAX_SLO_SPANS] = share
  }
}

function shareAt({ shares, last }: Ring, span: number): number | null {
  const share = span > last || span <= last - MAX_SLO_SPANS ? undefined : shares[span % MAX_SLO_SPANS]
  return share === undefined || Number.isNaN(share) ? null : Number(share.toPrecision(2))
}

/** How fast the budget burns, to sort burning objectives first. */
function lastRate(ring: Ring): number {
  return (shareAt(ring, ring.last) ?? 0) / Math.max(ring.budget, Number.EPSILON)
}
