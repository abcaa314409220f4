import type { Nanos } from '../resources/index.ts'

/** The higher of two amounts; one that is missing is below all others. */
export function higher(a: Nanos | undefined, b: Nanos | undefined): Nanos | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a > b ? a : b
}
