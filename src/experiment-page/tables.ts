import { type ExperimentReport, formatCost, formatMilliseconds, formatShare } from '../experiment-client/index.ts'
import { html, type Markup } from '../markup/index.ts'

/** The front, and the best configuration for each goal. */
export function pointsTable({ front, points, goal, latency }: ExperimentReport): Markup {
  const others = Object.values(points).filter(
    (point) => !front.some(({ configuration }) => configuration === point.configuration),
  )
  const rows = [...front, ...others].toSorted((a, b) => a.costPerHour - b.costPerHour)
  if (rows.length === 0) return html``
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Front"><table>
<caption>Configurations of which none is both cheaper and faster, and the best for each goal. The interval is of all trials together.</caption>
<thead><tr><th scope="col" class="text">Best for</th><th scope="col">Cost per hour</th><th scope="col">Saves</th><th scope="col">${latency?.measure ?? 'Latency'}</th><th scope="col">95 % interval</th>
<th scope="col">Meets the limits</th><th scope="col">Trials</th><th scope="col" class="text">Configuration</th></tr></thead>
<tbody>${rows.map(
    (
      point,
    ) => html`<tr class="${point.goals.includes(goal) ? 'chosen' : ''}"><th scope="row">${point.goals.join(', ')}</th><td>${formatCost(point.costPerHour)}</td>
<td>${point.saving === undefined ? '' : `${Math.round(point.saving * 100)} %`}</td><td>${formatMilliseconds(point.latencyMilliseconds.expected)}</td>
<td>${formatMilliseconds(point.latencyMilliseconds.low)} to ${formatMilliseconds(point.latencyMilliseconds.high)}</td>
<td>${Math.floor(point.probabilityOfMeeting * 100)} %</td><td>${point.runs}</td><td class="text">${point.configuration}</td></tr>\n`,
  )}</tbody></table></div>`
}

const WHY = { baseline: 'baseline', search: 'search', repeatedWinner: 'winner again' } as const

/** Every trial. */
export function trialsTable({ trials, latency }: ExperimentReport): Markup {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Trials"><table>
<thead><tr><th scope="col">Trial</th><th scope="col" class="text">Why</th><th scope="col">Cost per hour</th><th scope="col">${latency?.measure ?? 'Latency'}</th>
<th scope="col">Errors</th><th scope="col" class="text">Configuration</th><th scope="col" class="text">Result</th></tr></thead>
<tbody>${trials.map(
    (
      trial,
    ) => html`<tr><th scope="row">${trial.number}</th><td class="text">${WHY[trial.why]}</td><td>${formatCost(trial.costPerHour)}</td>
<td>${trial.latencyMilliseconds === undefined ? '' : formatMilliseconds(trial.latencyMilliseconds)}</td>
<td>${trial.errorShare === undefined ? '' : formatShare(trial.errorShare)}</td><td class="text">${trial.configuration}</td>
<td class="text wide ${trial.meets === undefined ? '' : trial.meets ? 'good' : 'bad'}">${trial.result}</td></tr>\n`,
  )}</tbody></table></div>`
}
