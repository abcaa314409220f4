import { SLO_TYPES, SloObjectKind } from '../api/index.ts'
import type { SloSpec } from '../policy/index.ts'
import { readOpenSlo } from './objects/openslo.ts'
import { readPyrra, type StatedObjective } from './objects/pyrra.ts'
import { type FindSloObject, SloObjectError } from './objects/read.ts'
import { readSloth } from './objects/sloth.ts'
import { errorsOf, histogramName, latencyOf, unitOf } from './presets.ts'
import { countsOf, readSelector, whyNotCountable } from './promql.ts'
import type { Objective } from './reading.ts'
import { ANYWHERE, type SloPlan, type SloSource } from './source.ts'
import { describePercent, describeSeconds } from './text.ts'

/** What SLOs may refer to, and where it is. */
export interface SloSurroundings {
  /** Namespace of the SizingPolicy, and of its workloads. */
  readonly namespace: string
  readonly find: FindSloObject
  /** Kinds of objects that are read: setting `slos.objects`. */
  readonly objects: readonly SloObjectKind[]
  /** Whether PromQL of SizingPolicies is sent: setting `slos.queries`. */
  readonly queries: boolean
}

const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/

/** The objectives of an SLO, and where the requests of each are counted. An SLO of latency and errors has two. */
export function planSlo(slo: SloSpec, surroundings: SloSurroundings): readonly SloPlan[] {
  const plans = plansOf(slo, surroundings)
  if (slo.whenMissing !== 'ignore') return plans
  return plans.map((plan) => ({ ...plan, objective: { ...plan.objective, ignoreMissing: true } }))
}

function plansOf(slo: SloSpec, surroundings: SloSurroundings): readonly SloPlan[] {
  const { preset, query } = slo.from
  if (preset) {
    const stray = Object.keys(preset.labels ?? {}).find((name) => !LABEL.test(name))
    return statedBy(slo).map((objective) => {
      if (stray !== undefined)
        return { objective, invalid: `preset.labels: ${JSON.stringify(stray)} is no name of a label, such as handler` }
      const source = objective.kind === 'latency' ? latencyOf(preset, slo.latency!.belowSeconds) : errorsOf(preset)
      return { objective, source }
    })
  }
  if (query) {
    return statedBy(slo).map((objective) => {
      if (!surroundings.queries)
        return { objective, invalid: 'the setting slos.queries does not allow PromQL of SizingPolicies' }
      const source = querySource(slo, surroundings.namespace)
      return typeof source === 'string' ? { objective, invalid: source } : { objective, source }
    })
  }
  return [planObject(slo, surroundings)]
}

/** The objectives that an SLO states itself. */
function statedBy({ name, latency, errors }: SloSpec): Objective[] {
  return [
    ...(latency
      ? [
          {
            ...{ name, kind: 'latency' as const, budget: latency.budget, windowSeconds: latency.windowSeconds },
            belowSeconds: latency.belowSeconds,
            text: `${describePercent(1 - latency.budget)} of requests below ${describeSeconds(latency.belowSeconds)}`,
          },
        ]
      : []),
    ...(errors
      ? [
          {
            ...{ name, kind: 'errors' as const, budget: errors.budget, windowSeconds: errors.windowSeconds },
            text: `${describePercent(1 - errors.budget)} of requests without an error`,
          },
        ]
      : []),
  ]
}

/** Where the requests of a query are counted, or why it cannot be used. */
function querySource({ from, latency }: SloSpec, namespace: string): SloSource | string {
  const { bad, total, histogram, unit } = from.query!
  if (histogram !== undefined) {
    const selector = readSelector(histogram.replaceAll('$pod', '.+').replaceAll('$namespace', namespace))
    if (!selector || !latency) return 'histogram must be a selector such as app_latency_seconds{job="api"}'
    const metric = histogramName(selector.metric)
    const { matchers } = selector
    return {
      kind: 'histogram',
      metrics: [{ metric, unit: unit ?? unitOf(metric) ?? 'seconds' }],
      belowSeconds: latency.belowSeconds,
      where: { ...ANYWHERE, matchers: matchers === '' ? [] : [matchers] },
    }
  }
  if (bad === undefined || total === undefined) return 'a query needs bad and total, or histogram'
  for (const [field, text] of [['bad', bad] as const, ['total', total] as const]) {
    const why = whyNotCountable(text) ?? whyNotKnown(text)
    if (why !== undefined) return `query.${field} cannot be used: ${why}`
  }
  const selectsPods = [bad, total].some((text) => text.includes('$pod'))
  return { kind: 'expressions', total, part: bad, isGood: false, selectsPods }
}

function whyNotKnown(text: string): string | undefined {
  return countsOf(text) === undefined
    ? 'it must use either increase or rate, so that the number of requests is known'
    : undefined
}

function planObject({ name, from }: SloSpec, { namespace, find, objects }: SloSurroundings): SloPlan {
  const kind = SloObjectKind.options.find((one) => from[one] !== undefined)
  const unknown: Objective = { name, kind: 'errors', budget: 0, windowSeconds: 0, text: 'not known' }
  if (kind === undefined)
    return { objective: unknown, invalid: 'from says nothing: expected preset, query, pyrra, sloth or openslo' }
  const reference = from[kind]!
  const place = reference.namespace ?? namespace
  const [type, indicator] = SLO_TYPES[kind]
  const what = `${type!.kind} ${place}/${reference.name}`
  if (!objects.includes(kind))
    return { objective: unknown, invalid: `${what} is not read: the setting slos.objects does not contain ${kind}` }
  const object = find(type!.kind, place, reference.name)
  if (!object) return { objective: unknown, invalid: `there is no ${what}` }
  try {
    const stated = stateOf(object.spec)
    const { source, below, ...objective } = stated
    if (source.kind === 'expressions') {
      const why = whyNotKnown(source.part) ?? whyNotKnown(source.total)
      if (why !== undefined) throw new SloObjectError(why)
    }
    const good = below ?? 'that are good'
    const text = `${describePercent(1 - objective.budget)} of requests ${good}, by ${what}`
    return { objective: { name, ...objective, text }, source }
  } catch (error) {
    if (!(error instanceof SloObjectError)) throw error
    return { objective: unknown, invalid: `${what}: ${error.message}` }
  }

  function stateOf(spec: unknown): StatedObjective {
    if (kind === 'pyrra') return readPyrra(spec)
    if (kind === 'sloth') return readSloth(spec, from.sloth!.slo)
    const indicatorOf = (sli: string) => find(indicator!.kind, place, sli)?.spec
    return readOpenSlo(spec, from.openslo!.objective, indicatorOf)
  }
}
