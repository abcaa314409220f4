import type { Fared, Measured, Score } from '../scoring/index.ts'

/** A container, and its share of everything that is reserved but not used: the mean of its shares of CPU and of memory. */
export interface Wasteful {
  readonly measured: Measured
  readonly share: number
}

/** The containers with the most that is reserved but not used, the most wasteful first. */
export function mostWasteful({ each }: Score, count: number): Wasteful[] {
  const unused = ({ reserved, used, short }: Fared) => Math.max(0, reserved - (used - short))
  const all = (resource: 'cpu' | 'memory') => each.reduce((sum, one) => sum + unused(one[resource]), 0)
  const [cpu, memory] = [all('cpu'), all('memory')]
  return each
    .map((measured) => ({
      measured,
      share: (unused(measured.cpu) / (cpu || 1) + unused(measured.memory) / (memory || 1)) / 2,
    }))
    .sort((a, b) => b.share - a.share)
    .slice(0, count)
}

/** The containers that fell short most, the worst first: by their share of all OOM-days plus their share of all CPU used above requests. */
export function mostAtRisk({ each }: Score, count: number): Measured[] {
  const oomDays = each.reduce((sum, { memory }) => sum + memory.oomDays, 0)
  const short = each.reduce((sum, { cpu }) => sum + cpu.short, 0)
  const risk = ({ cpu, memory }: Measured) => memory.oomDays / (oomDays || 1) + cpu.short / (short || 1)
  return each
    .filter((one) => risk(one) > 0)
    .sort((a, b) => risk(b) - risk(a))
    .slice(0, count)
}
