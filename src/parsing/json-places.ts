import { LineCounter } from 'yaml'

/** Finds the lines of values in a JSON text. Each object and list on the way is scanned once, however many of its values are asked for. */
export class JsonPlaces {
  readonly #json: string
  readonly #lines = new LineCounter()
  readonly #children = new Map<number, ReadonlyMap<PropertyKey, number>>()

  /** @param json text that JSON.parse accepts */
  constructor(json: string) {
    this.#json = json
    this.#lines.addNewLine(0)
    for (let end = json.indexOf('\n'); end >= 0; end = json.indexOf('\n', end + 1)) this.#lines.addNewLine(end + 1)
  }

  /** Returns the line, from 1, of the value at the path, or of the nearest one around it. */
  lineOf(path: readonly PropertyKey[]): number {
    let at = this.#json.search(/\S/)
    for (const key of path) {
      const next = this.#childrenAt(at).get(key)
      if (next === undefined) break
      at = next
    }
    return this.#lines.linePos(at).line
  }

  #childrenAt(at: number): ReadonlyMap<PropertyKey, number> {
    const children = this.#children.get(at) ?? childrenAt(this.#json, at)
    this.#children.set(at, children)
    return children
  }
}

/** Offsets of the values directly inside of the object or list at an offset, by key or index; none for another value. */
function childrenAt(json: string, start: number): ReadonlyMap<PropertyKey, number> {
  const children = new Map<PropertyKey, number>()
  if (json[start] !== '{' && json[start] !== '[') return children
  const isList = json[start] === '['
  let depth = 0
  let key: PropertyKey | undefined = isList ? 0 : undefined
  for (let at = start; ; at++) {
    const character = json[at]!
    if (depth === 1 && key !== undefined && !children.has(key) && !/[\s:\]]/.test(character)) children.set(key, at)
    if (character === '"') {
      const end = endOfString(json, at)
      if (depth === 1 && key === undefined) {
        key = JSON.parse(json.slice(at, end)) as string
        // JSON.parse takes the last value of a key.
        children.delete(key)
      }
      at = end - 1
    } else if (character === ',' && depth === 1) key = isList ? (key as number) + 1 : undefined
    else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') {
      depth--
      if (depth === 0) return children
    }
  }
}

/** Offset behind the string that starts at an offset. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1; ; at++) {
    if (json[at] === '\\') at++
    else if (json[at] === '"') return at + 1
  }
}
