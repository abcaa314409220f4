import { parseJson } from './json.ts'
import { JsonPlaces } from './json-places.ts'
import { type ParsedDocument, parseYamlDocuments } from './yaml.ts'

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

/** The value of a JSON text; undefined if it is YAML, or for the YAML parser to say what is wrong. */
function jsonOf(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
