import type { LineCounter } from 'yaml'

const SHOWN_CHARACTERS = 80

/** A text is not YAML, or costs more to read than any real one. The message says what is wrong and where. */
export class ParsingError extends Error {
  override readonly name = 'ParsingError'
  /** Line of the problem, from 1. */
  readonly line: number
  /** What is wrong, and below it the line of the text; without the place. */
  readonly problem: string

  /** @param offset offset of the problem in the text */
  constructor(what: string, text: string, offset: number, lines: LineCounter) {
    const { line, col } = lines.linePos(offset)
    const shown = excerpt(text, lines.lineStarts[line - 1] ?? 0, col)
    super(`${what} at line ${line}, column ${col}:\n\n${shown}\n`)
    this.line = line
    this.problem = `${what}\n${shown}`
  }
}

/** The line with the problem, cut around it, and a pointer below. */
function excerpt(text: string, lineStart: number, column: number): string {
  const from = lineStart + Math.max(0, column - SHOWN_CHARACTERS / 2)
  const [line = ''] = text.slice(from, from + SHOWN_CHARACTERS).split(/[\r\n]/, 1)
  return `${line}\n${' '.repeat(lineStart + column - 1 - from)}^`
}

/** Throws the error for what is wrong at an offset of the text. */
export type Fail = (what: string, offset: number) => never
