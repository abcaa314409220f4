import type { Nanos } from '../resources/index.ts'

/** The higher of two amounts; a missing one counts as the lowest. */
export function higher(a: Nanos | undefined, b: Nanos | undefined): Nanos | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a > b ? a : b
}
