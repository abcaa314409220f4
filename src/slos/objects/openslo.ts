import { isObject } from '../../resources/index.ts'
import { insideSum, readSelector, WINDOW } from '../promql.ts'
import type { StatedObjective } from './pyrra.ts'
import { at, budgetOf, promSeconds, SloObjectError, textAt } from './read.ts'
import { withWindow } from './sloth.ts'

const DEFAULT_WINDOW_SECONDS = 28 * 86_400

/**
 * Reduces an `SLO` of OpenSLO v1 to bad and total requests.
 *
 * Source: README.md of OpenSLO/OpenSLO, sections SLO and SLI
 *
 * @param objective displayName of the objective, where the object has several
 * @param indicatorOf spec of the `SLI` of a name; undefined if there is none
 * @throws SloObjectError if it cannot be reduced
 */
export function readOpenSlo(
  spec: unknown,
  objective: string | undefined,
  indicatorOf: (name: string) => unknown,
): StatedObjective {
  const method = textAt(spec, 'budgetingMethod') ?? 'Occurrences'
  if (method !== 'Occurrences')
    throw new SloObjectError(
      `budgetingMethod ${method} counts slices of time, not requests: only Occurrences can be used`,
    )
  const stated = chosen(at(spec, 'objectives'), objective)
  const percent = textAt(stated, 'targetPercent')
  const budget =
    percent === undefined
      ? budgetOf(textAt(stated, 'target'), 1, 'objectives: target')
      : budgetOf(percent, 100, 'objectives: targetPercent')
  const indicator = indicatorIn(spec, stated, indicatorOf)
  if (at(indicator, 'thresholdMetric'))
    throw new SloObjectError(
      'thresholdMetric is one value, such as a percentile, not how many requests were bad: use ratioMetric',
    )
  const ratio = at(indicator, 'ratioMetric')
  if (!isObject(ratio)) throw new SloObjectError('indicator has no ratioMetric')
  if (ratio.raw !== undefined)
    throw new SloObjectError(
      'ratioMetric.raw gives a ratio, not how many requests there were: use good or bad, and total',
    )
  const isGood = ratio.good !== undefined
  if (!isGood && ratio.bad === undefined) throw new SloObjectError('ratioMetric has neither good nor bad')
  const isCounter = ratio.counter === true || ratio.counter === 'true'
  return {
    ...{ kind: 'errors', budget, windowSeconds: windowOf(spec) },
    source: {
      kind: 'expressions',
      total: queryOf(ratio.total, 'ratioMetric.total', isCounter),
      part: queryOf(isGood ? ratio.good : ratio.bad, `ratioMetric.${isGood ? 'good' : 'bad'}`, isCounter),
      isGood,
      selectsPods: false,
    },
  }
}

function chosen(objectives: unknown, name: string | undefined): unknown {
  if (!Array.isArray(objectives) || objectives.length === 0) throw new SloObjectError('objectives is empty')
  const names = objectives.map((one) => textAt(one, 'displayName') ?? '')
  if (name === undefined) {
    if (objectives.length === 1) return objectives[0]
    throw new SloObjectError(`it has several objectives: choose one with objective (${names.slice(0, 10).join(', ')})`)
  }
  const found = objectives[names.indexOf(name)]
  if (found === undefined) throw new SloObjectError(`it has no objective ${name} (${names.slice(0, 10).join(', ')})`)
  return found
}

function indicatorIn(spec: unknown, stated: unknown, indicatorOf: (name: string) => unknown): unknown {
  for (const place of [stated, spec]) {
    const inline = at(place, 'indicator', 'spec')
    if (inline !== undefined) return inline
    const name = textAt(place, 'indicatorRef')
    if (name === undefined) continue
    const referred = indicatorOf(name)
    if (referred === undefined) throw new SloObjectError(`indicatorRef: there is no SLI ${name} in its namespace`)
    return referred
  }
  throw new SloObjectError('it has neither indicator nor indicatorRef')
}

function windowOf(spec: unknown): number {
  const windows = at(spec, 'timeWindow')
  const duration = textAt(Array.isArray(windows) ? windows[0] : undefined, 'duration')
  if (duration === undefined) return DEFAULT_WINDOW_SECONDS
  if (/^[0-9]+[MQY]$/.test(duration))
    throw new SloObjectError(
      `timeWindow: ${duration} follows the calendar: only rolling windows such as 28d can be used`,
    )
  return promSeconds(duration, 'timeWindow')
}

/** The query of a metric source: in `query`, or, as the OpenSLO operator has it, the whole `spec`. */
function queryOf(metric: unknown, where: string, isCounter: boolean): string {
  const type = textAt(metric, 'metricSource', 'type')
  if (type !== undefined && type.toLowerCase() !== 'prometheus')
    throw new SloObjectError(`${where}: ${type} cannot be asked, only Prometheus`)
  const text = textAt(metric, 'metricSource', 'spec', 'query') ?? textAt(metric, 'metricSource', 'spec')
  if (text === undefined) throw new SloObjectError(`${where}.metricSource.spec.query is missing`)
  if (/\[\s*(\{\{|\$window)/.test(text)) return withWindow(text, where)
  const selector = readSelector(text) ?? readSelector(insideSum(text) ?? '')
  if (!selector || !isCounter)
    throw new SloObjectError(
      `${where}: expected a counter (counter: true) such as http_requests_total{job="api"}, or an increase over [{{.window}}]`,
    )
  return `sum(increase(${selector.metric}{${selector.matchers}}[${WINDOW}]))`
}
