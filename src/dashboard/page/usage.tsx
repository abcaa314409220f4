import { AUTO, type Detail, RANGES, type Range } from '../wire.ts'
import type { Named } from './api.ts'
import * as api from './api.ts'
import { bytes, cores } from './format.ts'
import { GoalsSection } from './goals.tsx'
import { Empty, Problem, Skeleton } from './parts.tsx'
import { Plot } from './plot.tsx'
import { plotData } from './plot-data.ts'
import { setQuery } from './router.ts'
import { useData } from './use-data.ts'

const EVERY_MILLISECONDS = 120_000

interface UsageProps {
  readonly detail: Detail
  readonly named: Named
  readonly query: URLSearchParams
}

/** What the lines of request and limit show, and why there are none. */
function saysCarried({ carried, podsUnread }: Detail): string {
  if (podsUnread !== undefined) return `Request and limit of its Pods are not shown: ${podsUnread}`
  if (carried.length === 0) return 'None of its Pods runs now, so request and limit are not shown.'
  return 'Request and limit are those of the running Pods, from the time when each Pod got them.'
}

/** Plots of usage against request, limit and recommendation over time, and what other goals would reserve and cost. */
export function UsageSection({ detail, named, query }: UsageProps) {
  const { insight, currency, noUsage } = detail
  const asked = query.get('range') ?? ''
  const range = (RANGES as readonly string[]).includes(asked) ? (asked as Range) : AUTO
  const hasUsage = noUsage === undefined
  const { value, error, again, loading } = useData(
    `${api.pathOf(named)}/${range}`,
    async (signal) => (hasUsage ? await api.usage(named, range, signal) : undefined),
    EVERY_MILLISECONDS,
  )
  // The usage that was read may be too short for goals that the insight already has.
  const goals = { ...insight.goals, ...value?.goals }
  return (
    <>
      <section aria-labelledby="usage">
        <div class="bar">
          <h2 id="usage">Usage</h2>
          {hasUsage && (
            <fieldset class="segments">
              <legend class="hidden">How far back</legend>
              {RANGES.map((one) => (
                <label key={one}>
                  <input
                    type="radio"
                    name="range"
                    checked={one === (value?.range ?? range)}
                    onChange={() => setQuery({ range: one })}
                  />
                  <span>{one}</span>
                </label>
              ))}
            </fieldset>
          )}
        </div>
        {!hasUsage && (
          <Empty title="No usage over time">
            <p>{noUsage}</p>
          </Empty>
        )}
        {error && <Problem title="Usage cannot be shown" error={error} again={again} />}
        {!value && loading && hasUsage && <Skeleton rows={4} />}
        {value && value.containers.length === 0 && (
          <Empty title="No usage in this time">
            <p>{value.source} has none of this workload. Choose a longer time, or check that its Pods run.</p>
          </Empty>
        )}
        {value?.containers.map((container) => (
          <div key={container.name} class="plots">
            <Plot
              title={`${container.name}: CPU`}
              data={plotData(value, container, 'cpu', detail)}
              text={cores}
              isBinary={false}
            />
            <Plot
              title={`${container.name}: memory`}
              data={plotData(value, container, 'memory', detail)}
              text={bytes}
              isBinary={true}
            />
          </div>
        ))}
        {value && value.containers.length > 0 && (
          <p class="quiet">
            Per Pod, from {value.source}. {value.notes.join(' ')} {saysCarried(detail)} The band is what the goals
            savings and reliability would have requested at the time, from what was known then: the wider, the less
            sure.
          </p>
        )}
      </section>
      {Object.keys(goals).length > 0 && (
        <GoalsSection goals={goals} goal={insight.goal} currency={currency} pods={insight.pods} />
      )}
    </>
  )
}
