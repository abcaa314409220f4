import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { moment } from './format.ts'
import { axesOf } from './plot-axes.ts'
import type { Mark } from './plot-data.ts'
import { drawMarks } from './plot-marks.ts'
import { useThemeChange } from './themes.ts'

/** Styles of the lines of a plot, from the colours of the theme. */
export interface Lines {
  readonly series: uPlot.Series[]
  readonly bands?: uPlot.Band[]
}

export interface PlotCanvasProps {
  readonly title: string
  /** What the plot shows, for people who cannot see it. */
  readonly description: string
  readonly seconds: readonly number[]
  /** Values of each line at these times. */
  readonly lines: readonly (readonly (number | null)[])[]
  readonly linesIn: (colour: (name: string) => string) => Lines
  readonly marks: readonly Mark[]
  readonly top: number
  readonly height: number
  /** Text of a value on the axis. */
  readonly text: (value: number) => string
  /** Distances between marks of the axis that may be chosen. */
  readonly steps?: number[]
  /** Index of the time that is shown unless the pointer is at another one. */
  readonly last: number | undefined
  /** What the plot says of one time, for people who move through it with the keyboard. */
  readonly valueAt: (index: number) => string
  /** Legend for the time that is pointed at. */
  readonly legend: (shown: number | undefined) => ComponentChildren
}

/** A plot over time, which people can walk through with a pointer or the arrow keys. */
export function PlotCanvas(props: PlotCanvasProps) {
  const { title, description, seconds, height, last, valueAt, legend } = props
  const place = useRef<HTMLDivElement>(null)
  const drawn = useRef<uPlot>(undefined)
  const [themes, setThemes] = useState(0)
  const [at, setAt] = useState<number | undefined>()
  useThemeChange(() => setThemes((before) => before + 1))
  useEffect(() => {
    const element = place.current!
    const plot = new uPlot(optionsOf(element, props, setAt), columnsOf(props), element)
    drawn.current = plot
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }))
    resized.observe(element)
    return () => {
      resized.disconnect()
      plot.destroy()
    }
  }, [props.lines, themes])
  const shown = at !== undefined && at < seconds.length ? at : last
  const pointAt = (index: number) => {
    setAt(index)
    drawn.current?.setCursor({ left: drawn.current.valToPos(seconds[index]!, 'x'), top: 0 })
  }
  const pointAway = () => {
    setAt(undefined)
    drawn.current?.setCursor({ left: -10, top: -10 })
  }
  return (
    <figure class="plot">
      <figcaption>
        <span class="plot-title">{title}</span>
        <span class="quiet">{shown === undefined ? '' : moment(seconds[shown]!)}</span>
      </figcaption>
      <div ref={place} style={{ minHeight: height }} role="img" aria-label={description} />
      {shown !== undefined && (
        <input
          class="plot-time"
          type="range"
          min={0}
          max={seconds.length - 1}
          value={shown}
          aria-label={`${title}: time`}
          aria-valuetext={`${moment(seconds[shown]!)}: ${valueAt(shown)}`}
          onInput={({ currentTarget }) => pointAt(Number(currentTarget.value))}
          onBlur={pointAway}
        />
      )}
      <ul class="legend">{legend(shown)}</ul>
    </figure>
  )
}

function columnsOf({ seconds, lines }: PlotCanvasProps): uPlot.AlignedData {
  return [seconds, ...lines] as unknown as uPlot.AlignedData
}

function optionsOf(
  element: HTMLElement,
  { linesIn, marks, top, height, text, steps }: PlotCanvasProps,
  setAt: (index: number | undefined) => void,
): uPlot.Options {
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim()
  const { series, bands = [] } = linesIn(colour)
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    scales: { x: { time: true }, y: { range: [0, top] } },
    axes: axesOf(colour, `12px ${style.fontFamily}`, { text, steps }),
    series: [{}, ...series],
    bands,
    hooks: {
      draw: [(plot) => drawMarks(plot, marks, colour, `${12 * devicePixelRatio}px ${style.fontFamily}`)],
      setCursor: [({ cursor: { idx } }) => setAt(idx ?? undefined)],
    },
  }
}

/** Style of a line without points. */
export function line(stroke: string, width: number, rest: Partial<uPlot.Series> = {}): uPlot.Series {
  return { stroke, width, points: { show: false }, ...rest }
}

/** Draws a value from its time up to the next one. */
export const stepped = uPlot.paths.stepped!({ align: 1 })
