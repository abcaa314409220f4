import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Figure } from './suite.ts'

const Range = z
  .strictObject({
    most: z.number().optional().describe('It fails above this.'),
    least: z.number().optional().describe('It fails below this.'),
    target: z.number().optional().describe('What it is meant to reach; missing it does not fail.'),
    margin: z.string().min(1).describe('Why the bound has this value.'),
  })
  .refine(({ most, least }) => (most === undefined) !== (least === undefined), 'give one of most and least')
export type Range = z.infer<typeof Range>

/** By suite, then by figure. */
const Ranges = z.record(z.string(), z.record(z.string(), Range))

/** @throws Error where the file does not hold ranges */
export function readRanges(path: string, suite: string): Readonly<Record<string, Range>> {
  const all = Ranges.safeParse(parse(readFileSync(path, 'utf8')))
  if (!all.success) throw new Error(`${path}: ${z.prettifyError(all.error)}`)
  return all.data[suite] ?? {}
}

export interface Verdict extends Figure {
  readonly range: Range | undefined
  readonly isInRange: boolean
  readonly isOnTarget: boolean
}

/**
 * Holds figures against their ranges. A figure that has no range is in range; a range whose figure is missing is not, or a
 * suite that measures nothing would pass.
 */
export function judge(figures: readonly Figure[], ranges: Readonly<Record<string, Range>>): Verdict[] {
  const missing = Object.keys(ranges).filter((name) => !figures.some((figure) => figure.name === name))
  return [...figures, ...missing.map((name) => ({ name, value: Number.NaN }))].map(({ name, value }) => {
    const range = ranges[name]
    const { most, least, target } = range ?? {}
    const isWithin = (bound: number) => (least === undefined ? value <= bound : value >= bound)
    const bound = most ?? least
    return {
      name,
      value,
      range,
      isInRange: bound === undefined || isWithin(bound),
      isOnTarget: target === undefined || isWithin(target),
    }
  })
}
