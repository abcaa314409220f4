import type uPlot from 'uplot'

const DAY_SECONDS = 86_400

/** Axis of time, and axis of values with the texts and marks that are given. */
export function axesOf(
  colour: (name: string) => string,
  font: string,
  { text, steps }: { readonly text: (value: number) => string; readonly steps?: number[] | undefined },
): uPlot.Axis[] {
  const axis = { stroke: colour('soft'), font, grid: { stroke: colour('grid'), width: 1 }, ticks: { show: false } }
  return [
    {
      ...axis,
      size: 40,
      space: 70,
      values: (_plot, splits, _axis, _space, step) => splits.map((at, i) => timeText(at, splits[i - 1], step)),
    },
    { ...axis, size: 62, space: 34, values: (_plot, values) => values.map(text), ...(steps && { incrs: steps }) },
  ]
}

/**
 * Text of a mark on the time axis: the time of day, and the day if it differs from that of the mark before; only the
 * day if the marks are a day or more apart.
 */
function timeText(at: number, before: number | undefined, stepSeconds: number): string {
  const date = new Date(at * 1000)
  const day = (of: Date) => of.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
  if (stepSeconds >= DAY_SECONDS) return day(date)
  const seconds = stepSeconds < 60 ? ({ second: '2-digit' } as const) : {}
  const time = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', ...seconds })
  const isNewDay = before === undefined || day(new Date(before * 1000)) !== day(date)
  return isNewDay ? `${time}\n${day(date)}` : time
}
