/** Maps values linearly to places. */
export interface Scale {
  (value: number): number
  /** Round values to mark, from the first to the last. */
  readonly ticks: readonly number[]
}

/**
 * Scale from 0 to a round value that is not below `most`.
 *
 * @param places where 0 and the end of the scale are
 * @param unit what values are to be round in, such as a GiB
 */
export function scaleFromZero(most: number, places: readonly [number, number], count = 4, unit = 1): Scale {
  const step = roundStep((most || unit) / unit / count) * unit
  const end = Math.ceil((most || unit) / step - 1e-9) * step
  const [from, to] = places
  const scale = (value: number) => from + ((to - from) * value) / end
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, i) => i * step)
  return Object.assign(scale, { ticks })
}

/** The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return [1, 2, 2.5, 5, 10].map((times) => times * power).find((step) => step >= least * (1 - 1e-9))!
}

/** A coordinate in a drawing, rounded to a tenth. */
export function place(value: number): string {
  return String(Math.round(value * 10) / 10)
}
