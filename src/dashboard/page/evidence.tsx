import type { Allotment, ContainerInsight, ResourceInsight, WorkloadInsight } from '../../insight/index.ts'
import { amount, count, percent } from './format.ts'
import { Scroll } from './parts.tsx'

/** Table of the figures that the recommendation is based on. */
export function Evidence({ insight: { containers } }: { insight: WorkloadInsight }) {
  if (!containers.some(({ cpuCores, memoryBytes }) => cpuCores.uses || memoryBytes.uses)) return null
  return (
    <section aria-labelledby="evidence">
      <h2 id="evidence">Evidence</h2>
      <Scroll label="What one Pod uses">
        <table class="values">
          <caption class="quiet">Usage of one Pod, by percentile, and what the values are based on</caption>
          <thead>
            <tr>
              <th scope="col">Container</th>
              <th scope="col">Resource</th>
              {['Half', '95 %', '99 %', 'Peak', 'Request', 'Limit', 'Learned', 'Confidence'].map((title) => (
                <th key={title} scope="col" class="number">
                  {title}
                </th>
              ))}
              <th scope="col">Because</th>
            </tr>
          </thead>
          <tbody>
            {containers.flatMap((container) =>
              (['cpu', 'memory'] as const).flatMap((resource) => lines(container, resource)),
            )}
          </tbody>
        </table>
      </Scroll>
    </section>
  )
}

type Resource = 'cpu' | 'memory'

/** A line for the container, and one for each class of nodes that it is sized for. */
function lines(container: ContainerInsight, resource: Resource) {
  const insight = container[resource === 'cpu' ? 'cpuCores' : 'memoryBytes']
  const { now, author, applied, onNodes = [] } = insight
  const what = { name: container.name, resource }
  return [
    <Line
      key={`${container.name}/${resource}`}
      {...{ ...what, ...insight, stands: now ?? applied ?? author, also: alsoBecause(container, resource) }}
    />,
    ...onNodes.map((on) => <Line key={`${container.name}/${resource}/${on.nodes}`} {...{ ...what, ...on }} />),
  ]
}

function alsoBecause({ oomKills, throttledShare, memoryBytes: { growth } }: ContainerInsight, resource: Resource) {
  if (resource === 'cpu') return [throttledShare && `throttled in ${percent(throttledShare)} of its CPU periods`]
  return [
    growth &&
      `grows ${amount('memory', growth.perDay)} a day${growth.daysLeft === undefined ? '' : `, ${count(growth.daysLeft, 'day')} to its limit`}`,
    oomKills && `${count(oomKills, 'OOM kill')}, each counted as usage above the limit`,
  ]
}

interface LineProps extends Pick<ResourceInsight, 'uses' | 'learned' | 'confidence' | 'basis'> {
  readonly name: string
  readonly resource: Resource
  /** The class of nodes that the figures are for; all nodes without one. */
  readonly nodes?: string
  /** The values in force. */
  readonly stands?: Allotment | undefined
  readonly also?: readonly (string | number | undefined)[]
}

function Line({ name, resource, nodes, uses, stands, learned, confidence, basis, also = [] }: LineProps) {
  return (
    <tr>
      <th scope="row">
        {name}
        {nodes && <small> on nodes with {nodes}</small>}
      </th>
      <td>{resource === 'cpu' ? 'CPU' : 'Memory'}</td>
      {[uses?.p50, uses?.p95, uses?.p99, uses?.peak, stands?.request, stands?.limit, learned?.request].map(
        (value, i) => (
          <td key={i} class="number">
            {amount(resource, value)}
          </td>
        ),
      )}
      <td class="number">{percent(confidence?.value)}</td>
      <td class="quiet">{[basis, confidence?.doubt, ...also].filter(Boolean).join('; ')}</td>
    </tr>
  )
}
