import type { Candidate, CandidateName, Comparison } from './compare.ts'

/** Results of one way to size all containers. Shares are 0..1, except that savings may be negative. */
export interface Figures {
  readonly name: CandidateName
  readonly label: string
  readonly cpuReservedCoreDays: number
  readonly memoryReservedGibDays: number
  /** CPU saved, as a share of what always reserving each container's peak takes; negative if more is reserved. */
  readonly cpuSaved: number
  /** Memory saved, as a share of what always reserving each container's peak takes; negative if more is reserved. */
  readonly memorySaved: number
  /** CPU used above the request, as a share of all CPU used. */
  readonly cpuShort: number
  /** Days with a sample above the memory limit, as a share of all days. */
  readonly oomDays: number
  /** Mean number of changes per container and day. */
  readonly changes: number
}

const LABELS: Readonly<Record<CandidateName, string>> = {
  savings: 'Plimsoll savings',
  balanced: 'Plimsoll balanced',
  reliability: 'Plimsoll reliability',
  running: 'running Pods too',
  vpa: 'VPA',
  krr: 'KRR',
  fixed: 'always its peak',
}

/** Figures of the goals, of the chosen one where running Pods can be resized, of the peers, and of the baseline for savings. */
export function figuresOf({ goals, running, peers, fixed }: Comparison): Figures[] {
  const saved = (reserved: number, of: number) => (of === 0 ? 0 : 1 - reserved / of)
  const base = fixed.score
  return [...goals, ...(running ? [running] : []), ...peers, fixed].map(({ name, score }: Candidate) => ({
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
