import { CPU_BUCKETS, MEMORY_BUCKETS } from './log-buckets.ts'
import type { Prices } from './prices.ts'

/** What was used, as weights of the buckets of `CPU_BUCKETS` and of `MEMORY_BUCKETS`. */
export class DemandWeights {
  /** Weights of CPU samples. */
  readonly cpu = new Float64Array(CPU_BUCKETS.count)
  /** Weights of the highest memory of each node and day. */
  readonly memory = new Float64Array(MEMORY_BUCKETS.count)

  addCpu(cores: number): void {
    this.cpu[CPU_BUCKETS.indexOf(cores)]!++
  }

  addMemoryPeak(bytes: number): void {
    this.memory[MEMORY_BUCKETS.indexOf(bytes)]!++
  }

  /** Makes everything so far count less, relative to what is added later. */
  fade(share: number): void {
    for (const weights of [this.cpu, this.memory]) for (let i = 0; i < weights.length; i++) weights[i]! *= share
  }
}

/**
 * Expected cost of each request of CPU, by bucket, in cores times weight: what is reserved, and the price of each core used above it (the
 * newsvendor's cost).
 */
export function cpuCosts({ cpu: weights }: DemandWeights, { cpu }: Prices): Float64Array {
  return costs(weights, CPU_BUCKETS.edges, (used, request) => cpu.shortfall * (used - request))
}

/** Expected cost of each amount of memory, by bucket, in bytes times weight: what is reserved, and the price of days whose peak is above it. */
export function memoryCosts({ memory: weights }: DemandWeights, { memory }: Prices): Float64Array {
  return costs(weights, MEMORY_BUCKETS.edges, (peak) => memory.oomDay * peak)
}

function costs(
  weights: Float64Array,
  edges: Float64Array,
  damage: (used: number, request: number) => number,
): Float64Array {
  let total = 0
  let highest = 0
  for (let i = 0; i < weights.length; i++) {
    total += weights[i]!
    if (weights[i]! > 0) highest = i
  }
  return Float64Array.from(edges, (request, i) => {
    let cost = total * request
    for (let above = i + 1; above <= highest; above++)
      if (weights[above]! > 0) cost += weights[above]! * damage(edges[above]!, request)
    return cost
  })
}
