import { html, type Markup } from '../markup/index.ts'

/** Legend that explains the colours of a drawing. */
export function key(entries: readonly (readonly [className: string, text: string])[]): Markup {
  return html`<p class="key">${entries.map(([className, text]) => html`<span><span class="swatch ${className}"></span>${text}</span> `)}</p>`
}
