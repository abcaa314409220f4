import type { WorkloadInsight } from '../../insight/index.ts'
import { type Change, RANGES } from '../wire.ts'
import { moment } from './format.ts'
import { Badge } from './parts.tsx'
import { SloPlot, sharePercent } from './slo-plot.tsx'
import { sloPlotData } from './slo-plot-data.ts'

type Slo = NonNullable<WorkloadInsight['slos']>[number]

const SAYS: Readonly<Record<Slo['state'], string>> = {
  Met: 'Met',
  Burning: 'Burns its budget',
  BurningFast: 'Burns its budget fast',
  NoRequests: 'No requests',
  NoSeries: 'No series',
  Stale: 'Series ended',
  Unreachable: 'Prometheus silent',
  Invalid: 'Cannot be used',
}

interface SlosProps {
  readonly insight: Pick<WorkloadInsight, 'slos' | 'slosOverTime'>
  readonly changelog: readonly Change[]
  readonly query: URLSearchParams
}

/** Shows how the SLOs of a workload are met: the share of bad requests next to the share that may be bad, now and over time. */
export function Slos({ insight: { slos = [], slosOverTime }, changelog, query }: SlosProps) {
  if (slos.length === 0) return null
  const rangeSeconds = secondsOf(query.get('range') ?? '')
  return (
    <section aria-labelledby="slos">
      <h2 id="slos">SLOs</h2>
      <ul class="slos">
        {slos.map((slo) => {
          const data = sloPlotData(slosOverTime, { objective: slo, changelog, rangeSeconds })
          return (
            <li key={slo.name + slo.kind}>
              <p>
                <strong>{slo.name}</strong> {slo.text}{' '}
                <Badge tone={slo.state === 'Met' || slo.state === 'NoRequests' ? '' : 'waits'}>{SAYS[slo.state]}</Badge>
              </p>
              <p class="quiet">
                {figuresOf(slo)} Read <time dateTime={slo.time}>{moment(Date.parse(slo.time) / 1000)}</time>.
              </p>
              {slo.message && <p class="quiet">{slo.message}</p>}
              {data && <SloPlot title={`${slo.name} ${slo.kind}: bad requests`} data={data} />}
            </li>
          )
        })}
      </ul>
    </section>
  )
}

const UNITS: Readonly<Record<string, number>> = { h: 3600, d: 86_400 }

/** Length of the time that was chosen for usage, in seconds; undefined if none was chosen. */
function secondsOf(range: string): number | undefined {
  const isKnown = (RANGES as readonly string[]).includes(range)
  return isKnown ? Number.parseInt(range, 10) * UNITS[range.at(-1)!]! : undefined
}

function figuresOf({ share, budget, budgetLeft }: Slo): string {
  return [
    ...(share === undefined
      ? []
      : [`${sharePercent(share)} of the requests are bad; ${sharePercent(budget)} may be bad.`]),
    ...(budgetLeft === undefined ? [] : [`${sharePercent(budgetLeft)} of the error budget is left.`]),
  ].join(' ')
}
