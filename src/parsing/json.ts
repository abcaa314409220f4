/** Deepest nesting that is read, in JSON and in YAML: more than twice what any Kubernetes object has. */
export const MAX_DEPTH = 128
/** Size up to which nesting is not counted: a text this small cannot nest deeply enough to cost more than a few megabytes. */
const SHALLOW_BYTES = 64 * 1024

/** JSON that nests too deeply to be parsed. */
export class TooDeepError extends SyntaxError {
  override readonly name = 'TooDeepError'

  constructor() {
    super(`brackets nest deeper than ${MAX_DEPTH} levels, which no answer or object of Kubernetes or Prometheus does`)
  }
}

/**
 * Parses JSON from outside. JSON.parse itself takes any depth, at 80 bytes and 150 ns a level: seconds, and all of a small heap,
 * for 4 MiB of "[".
 *
 * @param json bytes in UTF-8, or the text
 * @throws TooDeepError before it is parsed, or SyntaxError if it is not JSON
 */
export function parseJson(json: Buffer | string): unknown {
  if (json.length > SHALLOW_BYTES && isTooDeep(typeof json === 'string' ? Buffer.from(json) : json)) {
    throw new TooDeepError()
  }
  return JSON.parse(json.toString())
}

/** Whether brackets outside of strings ever nest deeper than MAX_DEPTH. */
function isTooDeep(json: Buffer): boolean {
  let depth = 0
  let inString = false
  // Stryker disable next-line EqualityOperator: what follows the last byte is undefined, and neither bracket nor quote
  for (let i = 0; i < json.length; i++) {
    const byte = json[i]
    if (inString) {
      if (byte === BACKSLASH) i++
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (++depth > MAX_DEPTH) return true
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--
  }
  return false
}

const [QUOTE, BACKSLASH, OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = Buffer.from('"\\{}[]')
