import { drawing, type Frame, html, type Markup, place, scaleFromZero } from '../markup/index.ts'
import type { Decision, Judged, Series } from '../scoring/index.ts'
import { binaryUnit, bytes, cores } from './units.ts'

const FRAME: Frame = { width: 440, height: 132, left: 58, right: 8, top: 8, bottom: 8 }
const COLUMNS = 180
const TICKS = 2

/** Draws the usage of one container against the decisions for it: one plot for CPU and one for memory. */
export function drawContainer({ usage, fromSeconds }: Judged, decisions: readonly Decision[]): Markup {
  const span = [usage.firstSeconds, usage.lastSeconds] as const
  const name = usage.container.workload.name
  const cpu = drawResource('CPU', name, usage.cpu, span, fromSeconds, CORES, [
    ['request', decisions.map(({ fromSeconds: at, cpuRequestCores }) => [at, cpuRequestCores])],
  ])
  const memory = drawResource('Memory', name, usage.memory, span, fromSeconds, BYTES, [
    ['limit', decisions.map(({ fromSeconds: at, memoryLimitBytes }) => [at, memoryLimitBytes])],
    ['request', decisions.map(({ fromSeconds: at, memoryRequestBytes }) => [at, memoryRequestBytes])],
  ])
  return html`${cpu}${memory}`
}

interface Unit {
  readonly textOf: (value: number) => string
  /** The unit in which values up to `most` are round. */
  readonly unitOf: (most: number) => number
}

const CORES: Unit = { textOf: cores, unitOf: () => 1 }
const BYTES: Unit = { textOf: bytes, unitOf: binaryUnit }

type Steps = readonly (readonly [atSeconds: number, value: number])[]

function drawResource(
  title: string,
  workload: string,
  { seconds, values }: Series,
  [from, to]: readonly [number, number],
  judgedFrom: number,
  { textOf, unitOf }: Unit,
  lines: readonly (readonly [className: string, steps: Steps])[],
): Markup {
  const { left, width, right, top, height, bottom } = FRAME
  const base = height - bottom
  const xOf = (at: number) => left + ((width - right - left) * (at - from)) / Math.max(1, to - from)
  const peaks = new Float64Array(COLUMNS)
  for (let i = 0; i < values.length; i++) {
    const column = Math.min(COLUMNS - 1, Math.floor((COLUMNS * (seconds[i]! - from)) / Math.max(1, to - from)))
    peaks[column] = Math.max(peaks[column]!, values[i]!)
  }
  // A limit far above everything else would flatten the rest.
  const requests = lines
    .filter(([className]) => className === 'request')
    .flatMap(([, steps]) => steps.map(([, value]) => value))
  const most = Math.max(...peaks, ...requests)
  const y = scaleFromZero(most, [base, top], TICKS, unitOf(most))
  const ceiling = y.ticks.at(-1)!
  const area = Array.from(peaks, (peak, i) => {
    const x = xOf(from + ((to - from) * i) / COLUMNS)
    const next = xOf(from + ((to - from) * (i + 1)) / COLUMNS)
    return `L${place(x)} ${place(y(peak))}H${place(next)}`
  }).join('')
  const stepPath = (steps: Steps) => {
    let path = ''
    let last = Number.NaN
    for (const [at, value] of steps) {
      if (value === last) continue
      const height = place(Math.max(y(Math.min(value, ceiling)), top))
      path += path === '' ? `M${place(xOf(at))} ${height}` : `H${place(xOf(at))}V${height}`
      last = value
    }
    return path === '' ? '' : `${path}H${place(xOf(to))}`
  }
  const content = html`<rect class="warm-up" x="${left}" y="${top}" width="${place(xOf(judgedFrom) - left)}" height="${base - top}"/>
<g class="grid">${y.ticks.map((tick) => html`<path d="M${left} ${place(y(tick))}H${width - right}"/>`)}</g>
<g class="marks">${y.ticks.map((tick) => html`<text x="${left - 7}" y="${place(y(tick) + 4)}" text-anchor="end">${textOf(tick)}</text>`)}</g>
<path class="used" d="M${left} ${base}${area}V${base}z"/>
${lines.map(([className, steps]) => html`<path class="line ${className}" d="${stepPath(steps)}"/>`)}`
  const name = `${title} of ${workload}: usage, and what would have been requested`
  return html`<figure><figcaption>${title}</figcaption>${drawing(FRAME, name, content)}</figure>`
}
