import { histogramName, unitOf } from '../presets.ts'
import { readSelector, type Selector, WINDOW } from '../promql.ts'
import { ANYWHERE, type SloSource } from '../source.ts'
import { at, budgetOf, promSeconds, SloObjectError, textAt } from './read.ts'

/** What an object of another project states: a share of requests that may be bad, in a window, and where they are counted. */
export interface StatedObjective {
  readonly kind: 'latency' | 'errors'
  readonly budget: number
  readonly windowSeconds: number
  /** What a good request is, for people: `below 250 ms`; undefined if the object does not say. */
  readonly below?: string | undefined
  readonly source: SloSource
}

/**
 * Reduces the spec of a `ServiceLevelObjective` of Pyrra to bad and total requests.
 *
 * Source: kubernetes/api/v1alpha1/servicelevelobjective_types.go of pyrra-dev/pyrra
 *
 * @throws SloObjectError if it cannot be reduced
 */
export function readPyrra(spec: unknown): StatedObjective {
  const budget = budgetOf(textAt(spec, 'target'), 100, 'target')
  const windowSeconds = promSeconds(textAt(spec, 'window') ?? '', 'window')
  const indicator = at(spec, 'indicator')
  const metric = (...path: string[]) => selectorAt(indicator, ...path, 'metric')
  if (at(indicator, 'ratio')) {
    const [errors, total] = [metric('ratio', 'errors'), metric('ratio', 'total')]
    return { kind: 'errors', budget, windowSeconds, source: counted(errors, total, false) }
  }
  if (at(indicator, 'latency')) {
    const [success, total] = [metric('latency', 'success'), metric('latency', 'total')]
    const edge = /(?:^|,)\s*le\s*=\s*["'`]([^"'`]+)["'`]/.exec(success.matchers)?.[1]
    if (edge === undefined)
      throw new SloObjectError('indicator.latency.success.metric has no matcher le="…", so it counts all requests')
    const unit = unitOf(histogramName(success.metric)) === 'milliseconds' ? 'ms' : 's'
    return {
      kind: 'latency',
      budget,
      windowSeconds,
      below: `below ${edge} ${unit}`,
      source: counted(success, total, true),
    }
  }
  if (at(indicator, 'latencyNative')) {
    const { metric: name, matchers } = metric('latencyNative', 'total')
    const latency = textAt(indicator, 'latencyNative', 'latency') ?? ''
    return {
      ...{ kind: 'latency', budget, windowSeconds, below: `below ${latency}` },
      source: {
        kind: 'histogram',
        metrics: [{ metric: histogramName(name), unit: unitOf(histogramName(name)) ?? 'seconds' }],
        belowSeconds: promSeconds(latency, 'indicator.latencyNative.latency'),
        where: { ...ANYWHERE, matchers: matchers === '' ? [] : [matchers] },
      },
    }
  }
  if (at(indicator, 'bool_gauge'))
    throw new SloObjectError(
      'indicator.bool_gauge measures whether a probe succeeded, not requests: refer to an SLO with ratio or latency',
    )
  throw new SloObjectError('indicator has neither ratio, latency nor latencyNative')
}

function selectorAt(value: unknown, ...path: readonly string[]): Selector {
  const where = ['indicator', ...path].join('.')
  const text = textAt(value, ...path)
  if (text === undefined) throw new SloObjectError(`${where} is missing`)
  const selector = readSelector(text)
  if (!selector) throw new SloObjectError(`${where}: expected a selector such as http_requests_total{job="api"}`)
  return selector
}

function counted(part: Selector, total: Selector, isGood: boolean): SloSource {
  const count = ({ metric, matchers }: Selector) => `sum(increase(${metric}{${matchers}}[${WINDOW}]))`
  return { kind: 'expressions', total: count(total), part: count(part), isGood, selectsPods: false }
}
