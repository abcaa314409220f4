import type { ContainerInsight, WorkloadInsight } from '../../insight/index.ts'
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
            {containers.flatMap((container) => [
              <Line key={`${container.name}/cpu`} container={container} resource="cpu" />,
              <Line key={`${container.name}/memory`} container={container} resource="memory" />,
            ])}
          </tbody>
        </table>
      </Scroll>
    </section>
  )
}

function Line({ container, resource }: { container: ContainerInsight; resource: 'cpu' | 'memory' }) {
  const { uses, now, author, applied, learned, confidence, basis, growth } =
    container[resource === 'cpu' ? 'cpuCores' : 'memoryBytes']
  const stands = now ?? applied ?? author
  const because = [
    basis,
    confidence?.doubt,
    growth &&
      `grows ${amount(resource, growth.perDay)} a day${growth.daysLeft === undefined ? '' : `, ${count(growth.daysLeft, 'day')} to its limit`}`,
    resource === 'memory' && container.oomKills
      ? `${count(container.oomKills, 'OOM kill')}, each counted as usage above the limit`
      : undefined,
    resource === 'cpu' && container.throttledShare
      ? `throttled in ${percent(container.throttledShare)} of its CPU periods`
      : undefined,
  ]
  return (
    <tr>
      <th scope="row">{container.name}</th>
      <td>{resource === 'cpu' ? 'CPU' : 'Memory'}</td>
      {[uses?.p50, uses?.p95, uses?.p99, uses?.peak, stands?.request, stands?.limit, learned?.request].map(
        (value, i) => (
          <td key={i} class="number">
            {amount(resource, value)}
          </td>
        ),
      )}
      <td class="number">{percent(confidence?.value)}</td>
      <td class="quiet">{because.filter(Boolean).join('; ')}</td>
    </tr>
  )
}
