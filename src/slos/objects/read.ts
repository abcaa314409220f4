import { isObject } from '../../resources/index.ts'

/** An object of Pyrra, Sloth or OpenSLO. */
export interface SloObject {
  /** Kind in the API, such as `ServiceLevelObjective`. */
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly spec: unknown
}

/** Finds an object by kind, namespace and name; undefined if there is none. */
export type FindSloObject = (kind: string, namespace: string, name: string) => SloObject | undefined

/** An object that states no SLO that can be counted. The message says where and why; for people. */
export class SloObjectError extends Error {
  override readonly name = 'SloObjectError'
}

/** A field of an object by its path; undefined where there is none. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isObject(inner) ? inner[name] : undefined), value)
}

/** A text of an object; undefined where there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path)
  if (typeof found === 'number') return String(found)
  return typeof found === 'string' && found.trim() !== '' ? found : undefined
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 7 * 86_400,
  y: 365 * 86_400,
}

/**
 * A duration as Prometheus writes it, such as 4w or 1h30m, in seconds.
 *
 * @throws SloObjectError if it is none
 */
export function promSeconds(text: string, where: string): number {
  if (!/^([0-9]+(ms|[smhdwy]))+$/.test(text))
    throw new SloObjectError(`${where}: ${text} is no duration such as 28d or 4w`)
  const parts = text.matchAll(/([0-9]+)(ms|[smhdwy])/g)
  return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!, 0)
}

/**
 * The error budget of a target.
 *
 * @param whole value that means all requests: 100, or 1
 * @throws SloObjectError if the target leaves no budget, or no objective
 */
export function budgetOf(target: string | undefined, whole: number, where: string): number {
  const share = Number(target) / whole
  if (target === undefined || !(share > 0 && share < 1))
    throw new SloObjectError(`${where}: ${target ?? 'nothing'} is no target above 0 and below ${whole}`)
  return Number((1 - share).toFixed(9))
}
