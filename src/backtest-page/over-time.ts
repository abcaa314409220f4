import type { Goal } from '../api/index.ts'
import { type ByDay, type Candidate, type Comparison, day } from '../backtest/index.ts'
import {
  axes,
  drawing,
  type Frame,
  html,
  type Markup,
  place,
  scaleFromZero,
  FRAME as USUAL,
  xPlaces,
  yPlaces,
} from '../markup/index.ts'
import { key } from './key.ts'
import { compact } from './trade-off.ts'

/** The usual frame without the room for a title below. */
const FRAME: Frame = { ...USUAL, height: USUAL.height - 20, bottom: USUAL.bottom - 20 }
const DAY_SECONDS = 86_400
const DATES = 4

/** Draws what all containers used and reserved, day by day, for the goal, VPA and KRR. */
export function drawOverTime(comparison: Comparison, goal: Goal, resource: 'cpu' | 'memory'): Markup {
  const { goals, peers, used } = comparison
  const lines: readonly Candidate[] = [...peers, goals.find(({ name }) => name === goal)!]
  // The first and the last day are no whole ones: containers are judged from the hour on that they were first seen in.
  const whole = (days: ByDay) => (days[resource].length > 4 ? days[resource].subarray(1, -1) : days[resource])
  const firstDay = used.firstDay + (used[resource].length > 4 ? 1 : 0)
  const values = [whole(used), ...lines.map(({ reserved }) => whole(reserved))]
  const most = Math.max(...values.map((of) => of.reduce((highest, value) => Math.max(highest, value), 0)))
  const y = scaleFromZero(most, yPlaces(FRAME))
  const [from, to] = xPlaces(FRAME)
  const xOf = (i: number) => from + ((to - from) * i) / Math.max(1, values[0]!.length - 1)
  const path = (of: Float64Array) =>
    [...of].map((value, i) => `${i === 0 ? 'M' : 'L'}${place(xOf(i))} ${place(y(value))}`).join('')
  const base = FRAME.height - FRAME.bottom
  const [title, unit] = resource === 'cpu' ? ['CPU', 'cores'] : ['Memory', 'GiB']
  const content = html`${axes({ frame: FRAME, y, yText: compact, xMarks: dates(firstDay, values[0]!.length, xOf, FRAME) })}
<path class="used" d="${path(values[0]!)}L${place(xOf(values[0]!.length - 1))} ${base}L${from} ${base}z"/>
${lines.map(({ name }, i) => html`<path class="line ${name === goal ? 'ours' : name}" d="${path(values[i + 1]!)}"/>`)}`
  return html`<figure><figcaption><b>${title}</b>: ${unit} reserved, and used</figcaption>
${drawing(FRAME, `${title} reserved and used, day by day, by Plimsoll for ${goal}, by VPA and by KRR`, content)}
${key([
  ['ours', `Plimsoll ${goal}`],
  ['vpa', 'VPA'],
  ['krr', 'KRR'],
  ['used', 'used'],
])}</figure>`
}

function dates(firstDay: number, count: number, xOf: (i: number) => number, { width, right }: Frame) {
  const step = Math.max(1, Math.ceil(count / DATES))
  return Array.from({ length: Math.ceil(count / step) }, (_, i): [number, string] => {
    return [xOf(i * step), day((firstDay + i * step) * DAY_SECONDS).slice(5)]
  }).filter(([at]) => at < width - right - 10)
}
