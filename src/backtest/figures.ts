import type { Candidate, CandidateName, Comparison } from './compare.ts'

/** What is said of one way to size all containers; shares are 0..1. */
export interface Figures {
  readonly name: CandidateName
  readonly label: string
  readonly cpuReservedCoreDays: number
  readonly memoryReservedGibDays: number
  /** Of what always reserving each container's peak takes; negative where it takes more. */
  readonly cpuSaved: number
  readonly memorySaved: number
  /** CPU used above the request, of all CPU used. */
  readonly cpuShort: number
  /** Days with a sample above the memory limit, of all days. */
  readonly oomDays: number
  /** For each container and day. */
  readonly changes: number
}

const LABELS: Readonly<Record<CandidateName, string>> = {
  savings: 'Plimsoll savings',
  balanced: 'Plimsoll balanced',
  reliability: 'Plimsoll reliability',
  vpa: 'VPA',
  krr: 'KRR',
  fixed: 'always its peak',
}

/** The goals, then the peers, then what savings are measured by. */
export function figuresOf({ goals, peers, fixed }: Comparison): Figures[] {
  const saved = (reserved: number, of: number) => (of === 0 ? 0 : 1 - reserved / of)
  const base = fixed.score
  return [...goals, ...peers, fixed].map(({ name, score }: Candidate) => ({
    name,
    label: LABELS[name],
    cpuReservedCoreDays: score.cpu.reservedCoreDays,
    memoryReservedGibDays: score.memory.reservedGibDays,
    cpuSaved: saved(score.cpu.reservedCoreDays, base.cpu.reservedCoreDays),
    memorySaved: saved(score.memory.reservedGibDays, base.memory.reservedGibDays),
    cpuShort: score.cpu.shortShare,
    oomDays: score.memory.oomDays,
    changes: score.changesPerDay,
  }))
}
