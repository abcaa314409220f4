import type { WorkloadInsight } from '../../insight/index.ts'
import { moment } from './format.ts'
import { Badge } from './parts.tsx'

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

/** Shows how the SLOs of a workload are met: the share of bad requests beside the share that may be. */
export function Slos({ slos = [] }: { slos: readonly Slo[] | undefined }) {
  if (slos.length === 0) return null
  return (
    <section aria-labelledby="slos">
      <h2 id="slos">SLOs</h2>
      <ul class="slos">
        {slos.map((slo) => (
          <li key={slo.name + slo.kind}>
            <p>
              <strong>{slo.name}</strong> {slo.text}{' '}
              <Badge tone={slo.state === 'Met' || slo.state === 'NoRequests' ? '' : 'waits'}>{SAYS[slo.state]}</Badge>
            </p>
            <p class="quiet">
              {figuresOf(slo)} Read <time dateTime={slo.time}>{moment(Date.parse(slo.time) / 1000)}</time>.
            </p>
            {slo.message && <p class="quiet">{slo.message}</p>}
          </li>
        ))}
      </ul>
    </section>
  )
}

function figuresOf({ share, budget, budgetLeft }: Slo): string {
  return [
    ...(share === undefined ? [] : [`${percent(share)} of the requests are bad; ${percent(budget)} may be.`]),
    ...(budgetLeft === undefined ? [] : [`${percent(budgetLeft)} of the error budget is left.`]),
  ].join(' ')
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`
}
