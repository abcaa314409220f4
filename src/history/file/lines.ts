/** Some consecutive lines of a text. */
export interface LineBatch {
  /** Number of the first line, from 1. */
  readonly firstLine: number
  /** The lines without line ends. */
  readonly lines: readonly Line[]
}

export type Line = string | Unreadable

/** A line that cannot be read, and why. */
export class Unreadable {
  readonly why: string

  constructor(why: string) {
    this.why = why
  }
}

/** Longest line in characters: enough for a table with ten thousand series as columns. */
export const MAX_LINE_LENGTH = 4 * 1024 * 1024

const LF = 0x0a
const CR = 0x0d
const BOM = '\ufeff'

/**
 * Splits UTF-8 text into lines, one batch for each block that arrives, because a step of an async iterator costs more than a row. Keeps
 * at most two blocks in memory. Lines end with LF or CRLF, and a byte order mark is dropped.
 */
export async function* readLines(blocks: AsyncIterable<Buffer>, longest = MAX_LINE_LENGTH): AsyncGenerator<LineBatch> {
  let firstLine = 1
  let begun: Buffer[] = []
  let begunBytes = 0
  for await (const block of blocks) {
    const end = block.lastIndexOf(LF)
    if (end >= 0) {
      // Complete lines can be decoded separately: in UTF-8, a line end is never part of another character.
      const lines = cut(Buffer.concat([...begun, block.subarray(0, end)]).toString(), firstLine === 1, longest)
      yield { firstLine, lines }
      firstLine += lines.length
      begun = []
      begunBytes = 0
    }
    // The rest of a line that is too long may be dropped, because the kept part is already too long.
    if (begunBytes <= longest) {
      const rest = block.subarray(end + 1)
      begun.push(rest)
      begunBytes += rest.length
    }
  }
  if (begunBytes > 0) yield { firstLine, lines: cut(Buffer.concat(begun).toString(), firstLine === 1, longest) }
}

function cut(text: string, atStart: boolean, longest: number): Line[] {
  const lines: Line[] = (atStart && text.startsWith(BOM) ? text.slice(1) : text).split('\n')
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string
    if (line.length > longest) lines[i] = new Unreadable(`longer than ${longest} characters`)
    else if (line.charCodeAt(line.length - 1) === CR) lines[i] = line.slice(0, -1)
  }
  return lines
}
