import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { moment } from './format.ts'
import { ceilingOf, type PlotData } from './plot-data.ts'
import { useThemeChange } from './themes.ts'

interface PlotProps {
  readonly title: string
  readonly data: PlotData
  readonly text: (value: number | null | undefined) => string
  /** Whether the marks of the scale are powers of two (of a MiB and more). */
  readonly isBinary: boolean
}

const HEIGHT = 190
const MEBI = 2 ** 20
const BINARY_STEPS = Array.from({ length: 24 }, (_, i) => MEBI * 2 ** i)

/**
 * Plot of one container's usage against its request and limit. A text says the figures, too, for people who cannot see
 * the plot.
 */
export function Plot({ title, data, text, isBinary }: PlotProps) {
  const place = useRef<HTMLDivElement>(null)
  const [themes, setThemes] = useState(0)
  const [at, setAt] = useState<number | undefined>()
  useThemeChange(() => setThemes((before) => before + 1))
  useEffect(() => {
    const element = place.current!
    const plot = new uPlot(optionsOf(element, data, { text, isBinary, setAt }), columnsOf(data), element)
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }))
    resized.observe(element)
    return () => {
      resized.disconnect()
      plot.destroy()
    }
  }, [data, themes])
  const last = lastKnown(data)
  const shown = at ?? last
  const { hidesLimit } = ceilingOf(data)
  const value = (line: PlotData['mean']) => (shown === undefined ? undefined : line[shown])
  const limit = value(data.limit)
  return (
    <figure class="plot">
      <figcaption>
        <span class="plot-title">{title}</span>
        <span class="quiet">{shown === undefined ? '' : moment(data.seconds[shown]!)}</span>
      </figcaption>
      <div ref={place} class="canvas" role="img" aria-label={describe(title, data, text)} />
      <ul class="legend">
        <li>
          <i class="key used" />
          used {text(value(data.mean))}, at most {text(value(data.high))}
        </li>
        <li>
          <i class="key request" />
          request {range(text, value(data.lowestRequest), value(data.request))}
        </li>
        <li>
          <i class="key advised" />
          learned {text(value(data.advised))}
          {value(data.savings) !== value(data.reliability) &&
            ` (${text(value(data.savings))} to ${text(value(data.reliability))})`}
        </li>
        <li>
          <i class="key limit" />
          {limit === undefined || limit === null
            ? noLimit(value(data.request))
            : `limit ${range(text, value(data.lowestLimit), limit)}${hidesLimit ? ', above' : ''}`}
        </li>
        {data.marks.some(({ isKill }) => isKill) && (
          <li>
            <i class="key kill" />
            OOM kill
          </li>
        )}
        {data.marks.some(({ isKill }) => !isKill) && (
          <li>
            <i class="key change" />
            change for new Pods, or an SLO that is not met
          </li>
        )}
      </ul>
    </figure>
  )
}

/** One value, or the lowest and the highest where Pods differ. */
function range(text: PlotProps['text'], low: number | null | undefined, high: number | null | undefined): string {
  return low === high ? text(high) : `${text(low)} to ${text(high)}`
}

/** A Pod without a limit has a request; without either, nothing is known of what Pods carried. */
function noLimit(request: number | null | undefined): string {
  return request === undefined || request === null ? 'limit –' : 'no limit'
}

function lastKnown({ mean, seconds }: PlotData): number | undefined {
  const last = mean.findLastIndex((value) => value !== null)
  return last < 0 ? (seconds.length > 0 ? seconds.length - 1 : undefined) : last
}

function describe(title: string, data: PlotData, text: PlotProps['text']): string {
  const known = (line: PlotData['mean']) => line.filter((value) => value !== null)
  const most = Math.max(...known(data.high), 0)
  const last = (line: PlotData['mean']) => text(known(line).at(-1))
  const kills = data.marks.filter(({ isKill }) => isKill).length
  return `${title}: used ${last(data.mean)} at last and ${text(most)} at most; request ${range(text, known(data.lowestRequest).at(-1), known(data.request).at(-1))}, limit ${range(text, known(data.lowestLimit).at(-1), known(data.limit).at(-1))}, learned ${last(data.advised)}${kills > 0 ? `; ${kills} OOM kills` : ''}`
}

function columnsOf(data: PlotData): uPlot.AlignedData {
  const { seconds, low, high, mean, savings, reliability, advised, request, lowestRequest, limit, lowestLimit } = data
  const lines = [low, high, mean, savings, reliability, advised, request, lowestRequest, limit, lowestLimit]
  return [seconds, ...lines] as unknown as uPlot.AlignedData
}

interface Looks {
  readonly text: PlotProps['text']
  readonly isBinary: boolean
  readonly setAt: (index: number | undefined) => void
}

function optionsOf(element: HTMLElement, data: PlotData, { text, isBinary, setAt }: Looks): uPlot.Options {
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim()
  const font = `12px ${style.fontFamily}`
  const axis = { stroke: colour('soft'), font, grid: { stroke: colour('grid'), width: 1 }, ticks: { show: false } }
  const stepped = uPlot.paths.stepped!({ align: 1 })
  const line = (stroke: string, width: number, rest: Partial<uPlot.Series> = {}): uPlot.Series => {
    return { stroke, width, points: { show: false }, ...rest }
  }
  const unseen = line('transparent', 0)
  const { top } = ceilingOf(data)
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    scales: { x: { time: true }, y: { range: [0, top] } },
    axes: [
      {
        ...axis,
        size: 40,
        space: 70,
        values: (_plot, splits, _axis, _space, step) => splits.map((at, i) => timeSaid(at, splits[i - 1], step)),
      },
      {
        ...axis,
        size: 62,
        space: 34,
        values: (_plot, values) => values.map((value) => text(value)),
        ...(isBinary && { incrs: BINARY_STEPS }),
      },
    ],
    series: [
      {},
      unseen,
      unseen,
      line(colour('used'), 1.5),
      { ...unseen, paths: stepped },
      { ...unseen, paths: stepped },
      line(colour('advised'), 1.75, { paths: stepped }),
      ...[1, 2].map(() => line(colour('ink'), 1.5, { paths: stepped })),
      ...[1, 2].map(() => line(colour('soft'), 1.5, { paths: stepped, dash: [6, 4] })),
    ],
    bands: [
      { series: [2, 1], fill: colour('used-band') },
      { series: [5, 4], fill: colour('advised-band') },
    ],
    hooks: {
      draw: [(plot) => drawMarks(plot, data, colour)],
      setCursor: [({ cursor: { idx } }) => setAt(idx ?? undefined)],
    },
  }
}

const DAY_SECONDS = 86_400

/**
 * Text of a mark on the time axis: the time of day, and the day if it differs from that of the mark before; only the
 * day if the marks are a day or more apart.
 */
function timeSaid(at: number, before: number | undefined, stepSeconds: number): string {
  const date = new Date(at * 1000)
  const day = (of: Date) => of.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
  if (stepSeconds >= DAY_SECONDS) return day(date)
  const seconds = stepSeconds < 60 ? ({ second: '2-digit' } as const) : {}
  const time = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', ...seconds })
  const isNewDay = before === undefined || day(new Date(before * 1000)) !== day(date)
  return isNewDay ? `${time}\n${day(date)}` : time
}

/** Draws OOM kills as thick red lines over the whole height, and changes as thin lines. */
function drawMarks(plot: uPlot, { marks }: PlotData, colour: (name: string) => string): void {
  const { ctx, bbox } = plot
  ctx.save()
  for (const { seconds, isKill } of marks) {
    const x = Math.round(plot.valToPos(seconds, 'x', true))
    ctx.strokeStyle = colour(isKill ? 'high' : 'soft')
    ctx.fillStyle = ctx.strokeStyle
    ctx.lineWidth = (isKill ? 2 : 1) * devicePixelRatio
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    ctx.beginPath()
    ctx.arc(x, bbox.top + 4 * devicePixelRatio, 4 * devicePixelRatio, 0, 2 * Math.PI)
    ctx.fill()
  }
  ctx.restore()
}
