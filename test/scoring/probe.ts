// Decisions that show every side of a scorer: limits above requests, breaches, stated confidence, moves small and large.
import { krr } from '../../src/backtest/peers/krr.ts'
import type { ContainerUsage, Decision } from '../../src/scoring/index.ts'
import { turnsOf } from '../support/made-usage.ts'

/** What KRR would ask for a tenth lower, each second time a little higher, with room above it and something said about it. */
export function probe(usage: ContainerUsage, cadenceSeconds: number): Decision[] {
  const turns = turnsOf(usage.firstSeconds, usage.lastSeconds, cadenceSeconds)
  return krr(usage, turns).map((decision, i) => {
    const bytes = Math.round(decision.memoryRequestBytes * (i % 2 === 0 ? 0.9 : 0.905))
    return {
      ...decision,
      memoryRequestBytes: bytes,
      memoryLimitBytes: bytes + (i % 3) * 2 ** 24,
      cpuConfidence: ((i * 37) % 101) / 100,
      memoryConfidence: ((i * 53) % 101) / 100,
    }
  })
}
