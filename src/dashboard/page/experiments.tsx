import type { ExperimentReport } from '../../experiment-client/index.ts'
import * as api from './api.ts'
import { ExperimentPlot } from './experiment-plot.tsx'
import { cost, milliseconds } from './experiment-text.ts'
import { percent } from './format.ts'
import { Badge, Empty, Problem, Scroll, Skeleton } from './parts.tsx'
import { setQuery } from './router.ts'
import { useData } from './use-data.ts'

const EVERY_MILLISECONDS = 10_000
const ENDED = new Set(['Completed', 'Failed', 'Refused'])

/** View of the experiments in pre-production: the result of each, its front and its trials. */
export function Experiments({ query }: { readonly query: URLSearchParams }) {
  const namespace = query.get('namespace') ?? ''
  const load = (signal: AbortSignal) => api.experiments(namespace, signal)
  const { value, error, again } = useData(`experiments/${namespace}`, load, EVERY_MILLISECONDS)
  return (
    <>
      <h1>Experiments</h1>
      <form
        class="bar"
        onSubmit={(event) => {
          event.preventDefault()
          setQuery({ namespace: new FormData(event.currentTarget).get('namespace') as string })
        }}
      >
        <label>
          Namespace <input name="namespace" defaultValue={namespace} placeholder="all" autocomplete="off" />
        </label>
        <button type="submit">Show</button>
      </form>
      {error && !value && <Problem title="Experiments cannot be shown" error={error} again={again} />}
      {!value && !error && <Skeleton rows={4} />}
      {value?.experiments.length === 0 && (
        <Empty title="No experiments">
          <p>{value.whyNone ?? 'Start one with kubectl plimsoll try: see docs/guides/experiments.md.'}</p>
        </Empty>
      )}
      {value?.experiments.map((report, index) => (
        <Experiment key={`${report.namespace}/${report.name}`} report={report} isOpen={index === 0} />
      ))}
    </>
  )
}

function Experiment({ report, isOpen }: { readonly report: ExperimentReport; readonly isOpen: boolean }) {
  const { name, namespace, targets, phase, says, limits, kept, trials } = report
  return (
    <details class="experiment" open={isOpen}>
      <summary>
        <strong>{targets.join(', ')}</strong>{' '}
        <span class="quiet">
          {namespace}/{name}
        </span>{' '}
        <Badge tone={ENDED.has(phase) ? '' : 'waits'}>{phase}</Badge>
      </summary>
      <p>
        <strong>{says}</strong>
      </p>
      {limits.length > 0 && <p class="quiet">Limits: {limits.join(', ')}.</p>}
      <ExperimentPlot report={report} />
      <Points report={report} />
      {trials.length > 0 && <Trials report={report} />}
      {kept.length > 0 && (
        <p>These fields were not restored, usually because somebody else has changed them: {kept.join(', ')}.</p>
      )}
    </details>
  )
}

function Points({ report: { front, points, latency } }: { readonly report: ExperimentReport }) {
  const others = Object.values(points).filter(
    (point) => !front.some(({ configuration }) => configuration === point.configuration),
  )
  const rows = [...front, ...others].sort((a, b) => a.costPerHour - b.costPerHour)
  if (rows.length === 0) return null
  return (
    <Scroll label="The Pareto front">
      <table>
        <thead>
          <tr>
            <th scope="col">Best for</th>
            <th scope="col">Cost per hour</th>
            <th scope="col">Saves</th>
            <th scope="col">{latency?.measure ?? 'Latency'}</th>
            <th scope="col">Meets the limits</th>
            <th scope="col">Configuration</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((point) => (
            <tr key={point.configuration}>
              <th scope="row">{point.goals.join(', ')}</th>
              <td class="number">{cost(point.costPerHour)}</td>
              <td class="number">{percent(point.saving)}</td>
              <td class="number">{milliseconds(point.latencyMilliseconds.expected)}</td>
              <td class="number">{percent(point.probabilityOfMeeting)}</td>
              <td>{point.configuration}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function Trials({ report: { trials, latency } }: { readonly report: ExperimentReport }) {
  return (
    <Scroll label="Trials">
      <table>
        <thead>
          <tr>
            <th scope="col">Trial</th>
            <th scope="col">Cost per hour</th>
            <th scope="col">{latency?.measure ?? 'Latency'}</th>
            <th scope="col">Configuration</th>
            <th scope="col">Result</th>
          </tr>
        </thead>
        <tbody>
          {trials.map((trial) => (
            <tr key={trial.number}>
              <th scope="row">{trial.number}</th>
              <td class="number">{cost(trial.costPerHour)}</td>
              <td class="number">
                {trial.latencyMilliseconds === undefined ? '' : milliseconds(trial.latencyMilliseconds)}
              </td>
              <td>{trial.configuration}</td>
              <td>{trial.result}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
