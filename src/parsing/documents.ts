import { LineCounter } from 'yaml'
import { ParsingError } from './error.ts'
import { parseJson } from './json.ts'
import { JsonPlaces } from './json-places.ts'
import { jsonTexts } from './json-values.ts'
import { type ParsedDocument, parseYamlDocuments } from './yaml.ts'

/** A document that is not YAML, or costs too much to read. */
export interface BrokenDocument {
  readonly error: ParsingError
  /** Line of the problem in the text, from 1. */
  readonly line: number
  /** The text from the first line of the object with the problem to the next document. */
  readonly text: string
}

/** Line that begins a document, after any other line. */
const MARKER = /^---(?=\s|$)/gm
/** What may be in front of a marker without being a document: directives, comments and blank lines. */
const NO_DOCUMENT = /^(?:[%#].*|\s*)$/
const MOST_DOCUMENTS = 100_000
/** So many are no manifests, and each takes longer than one that is YAML. */
const MOST_BROKEN = 10_000

/**
 * Reads the documents of a text in YAML or JSON. JSON is YAML too, but JSON.parse reads it in a tenth of the time and memory.
 *
 * @throws ParsingError at the first mistake, or the first bound that is exceeded
 */
export function parseDocuments(text: string): Iterable<ParsedDocument> {
  const json = /^\s*[[{]/.test(text) ? jsonOf(text) : undefined
  if (json === undefined) return parseYamlDocuments(text)
  const places = new JsonPlaces(text)
  return [{ value: json, lineOf: (path) => places.lineOf(path) }]
}

/** Reads the documents of a text. After a mistake in one, it continues with the next. */
export function* parseEachDocument(text: string): Generator<ParsedDocument | BrokenDocument> {
  let linesAbove = 0
  let count = 0
  let broken = 0
  for (const part of partsOf(text)) {
    const above = linesAbove
    linesAbove += countLines(part)
    try {
      for (const { value, lineOf } of parseDocuments(part)) {
        if (++count > MOST_DOCUMENTS) return yield tooMany(part, above, MOST_DOCUMENTS, 'documents')
        yield { value, lineOf: (path) => lineOf(path) + above }
      }
    } catch (error) {
      if (!(error instanceof ParsingError)) throw error
      if (++broken > MOST_BROKEN) return yield tooMany(part, above, MOST_BROKEN, 'documents that are not YAML')
      yield { error, line: error.line + above, text: part }
    }
  }
}

function tooMany(text: string, linesAbove: number, most: number, whats: string): BrokenDocument {
  const what = `more than ${most.toLocaleString('en')} ${whats}: this one and the rest are not read; split the file`
  const lines = new LineCounter()
  lines.addNewLine(0)
  return { error: new ParsingError(what, text, 0, lines), line: linesAbove + 1, text }
}

/**
 * The text cut in front of each marker, so that a mistake in one part does not reach into the next. JSON is one part, or one for
 * each of several values.
 */
function* partsOf(text: string): Generator<string> {
  if (/^\s*[[{]/.test(text)) {
    if (jsonOf(text) !== undefined) return yield text
    const values = jsonTexts(text)
    if (values && values.length > 1) return yield* values
  }
  let from = 0
  for (const { index } of text.matchAll(MARKER)) {
    const part = text.slice(from, index)
    if (part.split('\n', MOST_LINES_ABOVE).every((line) => NO_DOCUMENT.test(line.trimEnd()))) continue
    yield part
    from = index
  }
  yield text.slice(from)
}

/** Lines that are looked at for whether there is only a comment or a directive above a marker. */
const MOST_LINES_ABOVE = 1_000

function countLines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count
}

/** The value of a JSON text; undefined if it is YAML, or for the YAML parser to say what is wrong. */
function jsonOf(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
