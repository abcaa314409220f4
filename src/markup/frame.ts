import { html, type Markup } from './markup.ts'
import { place, type Scale } from './scale.ts'

/** Size of a drawing and the margins around its data, in units of its `viewBox`. */
export interface Frame {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** The usual frame, narrow enough to be read on a phone without zooming. */
export const FRAME: Frame = { width: 440, height: 290, left: 58, right: 22, top: 14, bottom: 46 }

export function xPlaces({ width, left, right }: Frame): [number, number] {
  return [left, width - right]
}

export function yPlaces({ height, top, bottom }: Frame): [number, number] {
  return [height - bottom, top]
}

interface Axes {
  readonly frame: Frame
  readonly y: Scale
  readonly yText: (value: number) => string
  /** Places along the x axis, and the text to write at each. */
  readonly xMarks: readonly (readonly [at: number, text: string])[]
  readonly xTitle?: string
}

/** Grid lines across, and the labels of both axes. */
export function axes({ frame, y, yText, xMarks, xTitle }: Axes): Markup {
  const { width, height, left, right, bottom } = frame
  const base = height - bottom
  return html`<g class="grid">${y.ticks.map((tick) => html`<path d="M${left} ${place(y(tick))}H${width - right}"/>`)}</g>
<g class="marks">${y.ticks.map((tick) => html`<text x="${left - 7}" y="${place(y(tick) + 4)}" text-anchor="end">${yText(tick)}</text>`)}
${xMarks.map(([at, text]) => html`<text x="${place(at)}" y="${base + 17}" text-anchor="middle">${text}</text>`)}
${xTitle === undefined ? '' : html`<text x="${place((left + width - right) / 2)}" y="${height - 8}" text-anchor="middle" class="title">${xTitle}</text>`}</g>`
}

/** An SVG drawing with an accessible name. */
export function drawing(frame: Frame, name: string, content: Markup): Markup {
  return html`<svg viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="${name}">${content}</svg>`
}
