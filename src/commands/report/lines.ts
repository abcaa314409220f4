import { type Looks, wrap } from '../terminal/text.ts'

/** Renders sentences below a table of a section, each starting on a new line. */
export function renderLines(texts: readonly string[], { columns }: Looks): string {
  return texts
    .flatMap((text) => wrap(text, columns - 2))
    .map((line) => `  ${line}\n`)
    .join('')
}
