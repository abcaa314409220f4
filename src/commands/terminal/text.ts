import { styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'

/** Where text goes, as far as its looks are concerned. */
export interface Looks {
  readonly columns: number
  readonly paint: (style: Style, text: string) => string
}

const DEFAULT_COLUMNS = 80

export const PLAIN: Looks = { columns: DEFAULT_COLUMNS, paint: (_style, text) => text }

/** Colours only on a terminal that has them; NO_COLOR, NODE_DISABLE_COLORS and FORCE_COLOR are honoured. */
export function looksOf(stream: NodeJS.WriteStream): Looks {
  return {
    columns: stream.columns || DEFAULT_COLUMNS,
    paint: (style, text) => styleText(style, text, { stream }),
  }
}

/** Breaks at spaces, but not beside an arrow; a word longer than a line gets a line of its own. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/(?<!→|->) (?!→|->)/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** Each line broken as `wrap` does, and ended. */
export function paragraphs(lines: readonly string[], columns: number): string {
  return lines
    .flatMap((line) => wrap(line, columns))
    .map((line) => `${line}\n`)
    .join('')
}

/** At most so many characters, the last of them an ellipsis where something is missing. */
export function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`
}

/** Text from outside as one line, without anything that would steer a terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '?')
}

/** Text of several lines with something from outside in it, without anything else that would steer a terminal. */
export function printableLines(text: string): string {
  return text.replaceAll(/[^\P{C}\n\t]/gu, '?')
}
