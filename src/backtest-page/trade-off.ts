import type { Goal } from '../api/index.ts'
import { amount, type Figures, percent } from '../backtest/index.ts'
import {
  axes,
  drawing,
  FRAME,
  html,
  labelPlaces,
  type Markup,
  place,
  scaleFromZero,
  xPlaces,
  yPlaces,
} from '../markup/index.ts'
import { marker } from './marker.ts'
import { roundPercent } from './units.ts'

interface TradeOff {
  readonly title: string
  readonly xTitle: string
  readonly yTitle: string
  readonly reserved: (figures: Figures) => number
  readonly fellShort: (figures: Figures) => number
}

export const TRADE_OFFS: readonly TradeOff[] = [
  {
    title: 'CPU',
    xTitle: 'reserved, core-days →',
    yTitle: 'CPU used above the request',
    reserved: ({ cpuReservedCoreDays }) => cpuReservedCoreDays,
    fellShort: ({ cpuShort }) => cpuShort,
  },
  {
    title: 'Memory',
    xTitle: 'reserved, GiB-days →',
    yTitle: 'days with usage above the limit',
    reserved: ({ memoryReservedGibDays }) => memoryReservedGibDays,
    fellShort: ({ oomDays }) => oomDays,
  },
]

const ROOM_FOR_LABELS = 1.2
/** The vertical axis reaches at least this share, so that a drawing does not magnify what hardly ever falls short. */
const LEAST_SHORT = 0.009

/** Draws what is reserved against how often it is too little: further left and further down is better. */
export function drawTradeOff(
  { title, xTitle, yTitle, reserved, fellShort }: TradeOff,
  all: readonly Figures[],
  goal: Goal,
): Markup {
  const x = scaleFromZero(Math.max(...all.map(reserved)) * ROOM_FOR_LABELS, xPlaces(FRAME))
  const y = scaleFromZero(Math.max(LEAST_SHORT, ...all.map(fellShort)) * 1.1, yPlaces(FRAME))
  const points = all.map((figures) => ({
    figures,
    x: x(reserved(figures)),
    y: y(fellShort(figures)),
    text: figures.label.replace('Plimsoll ', ''),
  }))
  const ours = points.filter(({ figures }) => isGoal(figures))
  const line = ours.map((point, i) => `${i === 0 ? 'M' : 'L'}${place(point.x)} ${place(point.y)}`).join('')
  const labels = labelPlaces(points, FRAME)
  const said = all.map((one) => `${one.label}: ${amount(reserved(one))} reserved, ${percent(fellShort(one))}`)
  const content = html`${axes({ frame: FRAME, y, yText: roundPercent, xMarks: x.ticks.map((tick) => [x(tick), compact(tick)]), xTitle })}
<path class="trade" d="${line}"/>
${points.map((point) => marker(point.figures.name, point.x, point.y, point.figures.name === goal))}
${labels.map(({ x, y, anchor, text }) => html`<text class="label" x="${place(x)}" y="${place(y)}" text-anchor="${anchor}">${text}</text>`)}`
  return html`<figure><figcaption><b>${title}</b>: ${yTitle} ↓</figcaption>
${drawing(FRAME, `${title}: ${yTitle}, by what is reserved. ${said.join('; ')}.`, content)}</figure>`
}

function isGoal({ name }: Figures): boolean {
  return name === 'savings' || name === 'balanced' || name === 'reliability'
}

/** A number that is short enough for an axis: `12k`. */
export function compact(value: number): string {
  return value.toLocaleString('en', { notation: 'compact', maximumSignificantDigits: 3 })
}
