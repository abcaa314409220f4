import { styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'

/** Width and colours of the place where text is shown. */
export interface Looks {
  readonly columns: number
  readonly paint: (style: Style, text: string) => string
}

const DEFAULT_COLUMNS = 80

export const PLAIN: Looks = { columns: DEFAULT_COLUMNS, paint: (_style, text) => text }

/**
 * Looks of a stream. Colours are used only on a terminal that supports them; NO_COLOR, NODE_DISABLE_COLORS and
 * FORCE_COLOR are respected.
 */
export function looksOf(stream: NodeJS.WriteStream): Looks {
  return {
    columns: stream.columns || DEFAULT_COLUMNS,
    paint: (style, text) => styleText(style, text, { stream }),
  }
}

/**
 * Breaks a text into lines at spaces, but not next to an arrow. A word that is longer than a line gets a separate line.
 */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/(?<!→|->) (?!→|->)/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** Breaks each line as `wrap` does, and ends each resulting line with a newline. */
export function paragraphs(lines: readonly string[], columns: number): string {
  return lines
    .flatMap((line) => wrap(line, columns))
    .map((line) => `${line}\n`)
    .join('')
}

/** Cuts a text to at most `columns` characters; a cut text ends in an ellipsis. */
export function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`
}

/** Makes text from outside safe for a terminal: replaces control and other invisible characters with `?`. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '?')
}

/** Text of several lines with something from outside in it, without anything else that would steer a terminal. */
export function printableLines(text: string): string {
  return text.replaceAll(/[^\P{C}\n\t]/gu, '?')
}
