import { type Startup, secondsOf } from '../api/index.ts'
import { type Nanos, parseQuantity, roundUpToGrain } from '../resources/index.ts'
import { shareOf } from './share.ts'

/** How much CPU a container gets while its Pod starts, and for how long. */
export interface StartupBoost {
  readonly cpu: BoostOf | 'learned'
  /** How long the boost stays after the Pod became ready. */
  readonly plusSeconds: number
  /** How long after the start of a container the boost is removed in any case. */
  readonly atMostSeconds: number
  readonly limit: NonNullable<Startup['limit']>
}

/** A multiple of the request, or an amount. */
export type BoostOf = { readonly factor: number } | { readonly request: Nanos }

/** Parses the startup of a SizingPolicy. */
export function startupBoost({ cpu, plus = '30s', atMost = '10m', limit = 'whereSafe' }: Startup): StartupBoost {
  const of = cpu === 'learned' ? cpu : (readBoostOf(String(cpu)) ?? { factor: 1 })
  return { cpu: of, plusSeconds: secondsOf(plus), atMostSeconds: secondsOf(atMost), limit }
}

/** Parses a boost such as `2x`, `2` or `1500m`; undefined if it is invalid. */
export function readBoostOf(text: string): BoostOf | undefined {
  const [, factor] = /^([0-9]{1,2}(?:\.[0-9]{1,2})?)x$/.exec(text) ?? []
  if (factor !== undefined) return { factor: Number(factor) }
  const request = parseQuantity(text)
  return request === undefined ? undefined : { request }
}

/** Boosted request and limit of a container; both are at least the current values. The limit keeps its ratio to the request. */
export function boostedCpu(boost: BoostOf, request: Nanos, limit: Nanos | undefined) {
  const more = 'factor' in boost ? shareOf(request, boost.factor) : boost.request
  const boosted = more > request ? roundUpToGrain('cpu', more) : request
  return { request: boosted, limit: limit && roundUpToGrain('cpu', (limit * boosted + request - 1n) / request) }
}
