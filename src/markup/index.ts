export { axes, drawing, FRAME, type Frame, xPlaces, yPlaces } from './frame.ts'
export { labelPlaces } from './labels.ts'
export { html, Markup } from './markup.ts'
export { place, type Scale, scaleFromZero } from './scale.ts'
