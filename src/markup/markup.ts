/** Text that is HTML (or SVG) already. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

type Part = Markup | string | number | readonly Part[]

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Builds markup from a template. Inserted values are escaped as text, unless they are markup themselves. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = strings[0]!
  for (const [i, part] of parts.entries()) text += toText(part) + strings[i + 1]!
  return new Markup(text)
}

function toText(part: Part): string {
  if (part instanceof Markup) return part.text
  if (typeof part === 'object') return part.map(toText).join('')
  // Control characters and changes of text direction have no place in a name.
  return String(part)
    .replaceAll(/\p{C}/gu, '\ufffd')
    .replaceAll(/[&<>"']/g, (character) => ESCAPES[character]!)
}
