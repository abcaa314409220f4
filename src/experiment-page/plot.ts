import { type ExperimentReport, formatCost, formatMilliseconds } from '../experiment-client/index.ts'
import {
  axes,
  drawing,
  type Frame,
  html,
  type Markup,
  place,
  scaleFromZero,
  xPlaces,
  yPlaces,
} from '../markup/index.ts'

const FRAME: Frame = { width: 640, height: 360, left: 66, right: 24, top: 18, bottom: 48 }
const TIP = { height: 22, character: 6.6, padding: 8 }
/** Latencies above this multiple of the limit are drawn at the top edge, so that one slow trial does not flatten the others. */
const MOST_ABOVE_LIMIT = 3

interface Dot {
  readonly cost: number
  readonly milliseconds: number
  readonly kind: 'good' | 'bad' | 'best' | ''
  readonly says: string
}

/** Draws cost against latency: each trial, the front, and the best configuration for each goal. Points can be hovered and focused. */
export function drawFront(report: ExperimentReport): Markup {
  const { latency, front, trials, points } = report
  const dots = [...trialDots(report), ...pointDots(report)]
  if (dots.length === 0) return html`<p class="soft">No trial has measured a latency.</p>`
  const atMost = latency?.atMost ?? 0
  const highest = Math.max(...dots.map(({ milliseconds }) => milliseconds))
  const top = atMost > 0 ? Math.min(highest, MOST_ABOVE_LIMIT * atMost) : highest
  const x = scaleFromZero(Math.max(...dots.map(({ cost }) => cost)) * 1.05, xPlaces(FRAME))
  const y = scaleFromZero(Math.max(top, atMost) * 1.1, yPlaces(FRAME))
  const at = (cost: number, milliseconds: number) => [x(cost), Math.max(FRAME.top, y(milliseconds))] as const
  const line = front
    .map(({ costPerHour, latencyMilliseconds }, i) => {
      const [left, down] = at(costPerHour, latencyMilliseconds.expected)
      return `${i === 0 ? 'M' : 'L'}${place(left)} ${place(down)}`
    })
    .join('')
  const limit =
    atMost > 0
      ? html`<path class="limit" d="M${FRAME.left} ${place(y(atMost))}H${FRAME.width - FRAME.right}"/>
<text class="limit" x="${FRAME.width - FRAME.right}" y="${place(y(atMost) - 5)}" text-anchor="end">limit ${formatMilliseconds(atMost)}</text>`
      : ''
  const name = `Cost against latency of ${trials.length} trials. ${Object.values(points)
    .map((point) => `Best for ${point.goals.join(' and ')}: ${point.configuration}.`)
    .join(' ')}`
  return html`<figure>${drawing(
    FRAME,
    name,
    html`${axes({ frame: FRAME, y, yText: formatMilliseconds, xMarks: x.ticks.map((tick) => [x(tick), formatCost(tick)]), xTitle: 'cost per hour' })}
${limit}<path class="front" d="${line}"/>
${dots.map((dot) => drawDot(dot, ...at(dot.cost, dot.milliseconds)))}`,
  )}<figcaption>${latency?.measure ?? 'Latency'} against cost: further left is cheaper, further down is faster. The line is the Pareto front, filled points are the best
for a goal. Move over a point, or reach it with the Tab key.</figcaption></figure>`
}

function trialDots({ trials }: ExperimentReport): Dot[] {
  return trials.flatMap(({ number, costPerHour, latencyMilliseconds, meets, configuration, result }) =>
    latencyMilliseconds === undefined
      ? []
      : {
          ...{ cost: costPerHour, milliseconds: latencyMilliseconds },
          kind: meets === undefined ? ('' as const) : meets ? ('good' as const) : ('bad' as const),
          says: `Trial ${number}: ${configuration}, ${formatMilliseconds(latencyMilliseconds)}, ${formatCost(costPerHour)} per hour, ${result}`,
        },
  )
}

function pointDots({ points }: ExperimentReport): Dot[] {
  const best = new Map(Object.values(points).map((point) => [point.configuration, point]))
  return [...best.values()].map(({ costPerHour, latencyMilliseconds: { expected }, goals, configuration }) => ({
    ...{ cost: costPerHour, milliseconds: expected, kind: 'best' as const },
    says: `Best for ${goals.join(', ')}: ${configuration}, ${formatMilliseconds(expected)}, ${formatCost(costPerHour)} per hour`,
  }))
}

function drawDot({ kind, says }: Dot, x: number, y: number): Markup {
  const width = says.length * TIP.character + 2 * TIP.padding
  const left = Math.max(0, Math.min(x - width / 2, FRAME.width - width))
  const top = y > FRAME.top + 40 ? y - TIP.height - 12 : y + 12
  const size = kind === 'best' ? 6.5 : 5
  // A cross, so that nothing depends on colour alone.
  const cross = kind === 'bad' ? html`<path class="cross" d="M${place(x - 3)} ${place(y - 3)}l6 6m0 -6l-6 6"/>` : ''
  return html`<g class="point ${kind}" tabindex="0" role="img" aria-label="${says}"><circle cx="${place(x)}" cy="${place(y)}" r="${size}"/>${cross}
<g class="tip"><rect x="${place(left)}" y="${place(top)}" width="${place(width)}" height="${TIP.height}" rx="4"/><text x="${place(left + TIP.padding)}" y="${place(top + 15)}">${says}</text></g></g>`
}
