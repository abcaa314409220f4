import type { CandidateName } from '../backtest/index.ts'
import { html, type Markup, place } from '../markup/index.ts'

/** Marker of a candidate: a square for VPA, a diamond for KRR and a circle for Plimsoll, so that nothing depends on colour alone. */
export function marker(name: CandidateName, x: number, y: number, isChosen = false): Markup {
  const size = isChosen ? 7 : 5.5
  if (name === 'vpa')
    return html`<rect class="${name}" x="${place(x - size)}" y="${place(y - size)}" width="${2 * size}" height="${2 * size}"/>`
  if (name === 'krr') {
    const far = Math.round(size * 13.5) / 10
    return html`<path class="${name}" d="M${place(x)} ${place(y - far)}l${far} ${far}l${-far} ${far}l${-far} ${-far}z"/>`
  }
  return html`<circle class="ours ${isChosen ? 'chosen' : ''}" cx="${place(x)}" cy="${place(y)}" r="${size}"/>`
}
