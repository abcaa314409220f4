import { JsonDepth, jsonTexts, parseJson } from '../../../parsing/index.ts'
import { HistoryError } from '../../source.ts'
import { readLines, Unreadable } from '../lines.ts'
import { readUtf8 } from '../utf8.ts'

/** Longest JSON value in characters, because it is parsed as a whole. A file with a value on each line has no such limit. */
const MAX_VALUE_LENGTH = 128 * 1024 * 1024

/** A value of a file, or why a line is not a value. */
export type JsonValue = { readonly value: unknown } | { readonly bad: string }

/**
 * The JSON values of a file: one for the whole file, one on each line, or several one after the other, as `curl` appends them.
 *
 * @throws HistoryError if the file cannot be read, or a value is too large
 */
export async function* readJsonValues(path: string, onRead?: (share: number) => void): AsyncGenerator<JsonValue> {
  const tooLong = new HistoryError(
    `${path} is JSON with a value of more than ${MAX_VALUE_LENGTH / 2 ** 20} MiB: write one record on each line (as jq -c '.[]' does), or CSV`,
  )
  let begun: string[] = []
  let begunLength = 0
  let depth = new JsonDepth()
  let hasLines = false
  for await (const { lines } of readLines(readUtf8(path, onRead), MAX_VALUE_LENGTH)) {
    for (const line of lines) {
      if (line instanceof Unreadable) throw tooLong
      if (begun.length === 0) {
        if (line.trim() === '') continue
        const values = valuesIn(line)
        if (values) {
          hasLines = true
          yield* values
          continue
        }
        // If each line is a value, a bad line does not affect the next ones.
        if (hasLines) {
          yield { bad: 'not JSON' }
          continue
        }
      }
      begun.push(line)
      begunLength += line.length + 1
      if (begunLength > MAX_VALUE_LENGTH) throw tooLong
      if (!depth.closes(line)) continue
      const values = valuesIn(begun.join('\n'))
      yield* values ?? [{ bad: 'not JSON' }]
      begun = []
      begunLength = 0
      depth = new JsonDepth()
    }
  }
  if (begun.length > 0) yield { bad: 'the JSON ends too early' }
}

/** The values of a text that consists of complete values; undefined if it does not. */
function valuesIn(text: string): JsonValue[] | undefined {
  const value = parsed(text)
  if (value) return [value]
  const values = jsonTexts(text)?.map((one) => parsed(one.replace(/^[\s,]+/, '')))
  return values?.every((one) => one !== undefined) ? values : undefined
}

/** A string, or one of Python's words for numbers that JSON does not have. */
const NOT_FINITE = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: parseJson(text) }
  } catch {
    if (!/NaN|Infinity/.test(text)) return undefined
  }
  try {
    return { value: parseJson(text.replaceAll(NOT_FINITE, (found) => (found.startsWith('"') ? found : 'null'))) }
  } catch {
    return undefined
  }
}
