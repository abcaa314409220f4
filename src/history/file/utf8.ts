import { type DetectedEncoding, detectEncoding } from '../../parsing/index.ts'
import { readBytes } from './bytes.ts'

const CR = 0x0d
const LF = 0x0a

/**
 * The text of a file in any supported encoding, as UTF-8 with lines that end with LF or CRLF.
 *
 * @param onRead called with the share of the file that has been read, 0..1
 * @param onEncoding called with the encoding, before the first block
 * @throws HistoryError if the file cannot be read, or its gzip data are damaged or cut short
 */
export async function* readUtf8(
  path: string,
  onRead?: (share: number) => void,
  onEncoding?: (encoding: DetectedEncoding) => void,
): AsyncGenerator<Buffer> {
  let decoder: InstanceType<typeof TextDecoder> | undefined
  let isFirst = true
  let endsWithCr = false
  for await (const block of readBytes(path, onRead)) {
    if (isFirst) {
      const found = detectEncoding(block)
      onEncoding?.(found)
      if (found.encoding !== 'utf-8') decoder = new TextDecoder(found.encoding)
    }
    const text = decoder ? Buffer.from(decoder.decode(block, { stream: true })) : block
    // Old spreadsheets end lines with CR alone.
    if (isFirst) endsWithCr = text.includes(CR) && !text.includes(LF)
    isFirst = false
    yield endsWithCr ? withLf(text) : text
  }
  const rest = decoder?.decode()
  if (rest) yield Buffer.from(rest)
}

function withLf(text: Buffer): Buffer {
  const copy = Buffer.from(text)
  for (let i = copy.indexOf(CR); i >= 0; i = copy.indexOf(CR, i + 1)) copy[i] = LF
  return copy
}

export interface FirstLines {
  /** The first complete lines. */
  readonly lines: readonly string[]
  readonly encoding: DetectedEncoding | undefined
  readonly isText: boolean
}

const LOOKED_AT_BYTES = 64 * 1024
/** Maximum number of bytes that are checked: a line with the names of ten thousand series is longer, and useless without the next ones. */
const MOST_LOOKED_AT_BYTES = 8 * 1024 * 1024
const FEW_LINES = 20
/** Control characters that no text has. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
const NOT_TEXT = /[\0-\x08\x0e-\x1a\x1c-\x1f]/
/** Minimum share of ASCII in text with a one-byte encoding: names and numbers are ASCII. */
const MOSTLY_ASCII = 0.5

/** The first lines of a file, to detect its format. */
export async function firstLines(path: string): Promise<FirstLines> {
  let encoding: DetectedEncoding | undefined
  const blocks: Buffer[] = []
  let bytes = 0
  let lineEnds = 0
  const onEncoding = (found: DetectedEncoding) => {
    encoding = found
  }
  for await (const block of readUtf8(path, undefined, onEncoding)) {
    blocks.push(block)
    bytes += block.length
    for (let at = block.indexOf(LF); at >= 0 && lineEnds < FEW_LINES; at = block.indexOf(LF, at + 1)) lineEnds++
    if (bytes >= (lineEnds < FEW_LINES ? MOST_LOOKED_AT_BYTES : LOOKED_AT_BYTES)) break
  }
  const text = Buffer.concat(blocks).toString()
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  if (bytes >= LOOKED_AT_BYTES && lines.length > 1) lines.pop()
  const isGuess = encoding?.encoding === 'windows-1252'
  return { lines, encoding, isText: !NOT_TEXT.test(text) && (!isGuess || isMostlyAscii(text)) }
}

function isMostlyAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  return text.replaceAll(/[^\x00-\x7f]/g, '').length >= MOSTLY_ASCII * text.length
}
