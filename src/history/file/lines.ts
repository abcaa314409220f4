/** Some lines of a text, in order. */
export interface LineBatch {
  /** Number of the first one, counted from 1. */
  readonly firstLine: number
  /** Without line ends; null for a line that is too long. */
  readonly lines: readonly (string | null)[]
}

/** Longer than any row with names of the lengths that Kubernetes allows. */
export const MAX_LINE_LENGTH = 64 * 1024

const LF = 0x0a
const CR = 0x0d
const BOM = '\ufeff'

/**
 * Cuts UTF-8 text into lines, a batch for each block that arrives: a step of an async iterator costs more than a row
 * does. Holds two blocks at most, whatever comes. Ends lines at LF or CRLF and drops a byte order mark.
 */
export async function* readLines(blocks: AsyncIterable<Buffer>): AsyncGenerator<LineBatch> {
  let firstLine = 1
  let begun: Buffer[] = []
  let begunBytes = 0
  for await (const block of blocks) {
    const end = block.lastIndexOf(LF)
    if (end >= 0) {
      // Whole lines decode alone: in UTF-8 a line end is never part of another character.
      const lines = cut(Buffer.concat([...begun, block.subarray(0, end)]).toString(), firstLine === 1)
      yield { firstLine, lines }
      firstLine += lines.length
      begun = []
      begunBytes = 0
    }
    // Of a line that is too long already, the rest may go: what is kept says so.
    if (begunBytes <= MAX_LINE_LENGTH) {
      const rest = block.subarray(end + 1)
      begun.push(rest)
      begunBytes += rest.length
    }
  }
  if (begunBytes > 0) yield { firstLine, lines: cut(Buffer.concat(begun).toString(), firstLine === 1) }
}

function cut(text: string, atStart: boolean): (string | null)[] {
  const lines: (string | null)[] = (atStart && text.startsWith(BOM) ? text.slice(1) : text).split('\n')
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!
    if (line.length > MAX_LINE_LENGTH) lines[i] = null
    else if (line.charCodeAt(line.length - 1) === CR) lines[i] = line.slice(0, -1)
  }
  return lines
}
