import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  type Pair,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml'
import { parseQuantity } from '../../resources/index.ts'
import { EditProblem } from './problem.ts'

/** A node on the way to a value, or the value itself. */
type Shareable = { readonly anchor?: string | undefined }

const STEP = 2

/**
 * Sets one quantity below a map, and changes nothing else of the text: no comment, no quote, no indentation. Keys that are missing
 * on the way are added.
 *
 * @param text the whole file
 * @param document document of the text that contains the map
 * @param keys keys from the map to the value, at least one
 * @returns the new text; the same text if the value is equal already, however it is written (`0.5` and `500m`)
 * @throws EditProblem if the change would affect other places (anchors), the value is a template or variable, or it is written in an unusual form
 */
export function setScalar(
  text: string,
  document: Document.Parsed,
  map: YAMLMap,
  keys: readonly string[],
  value: string,
): string {
  const [key, ...below] = keys as [string, ...string[]]
  refuseShared(document, map, key)
  // A template such as `{{ toYaml .Values.resources }}` is YAML: a map whose key is a map.
  if (map.items.some((pair) => !isScalar(pair.key)))
    throw new EditProblem(`what contains ${key} is a template, or has unusual keys: change it by hand`)
  const pair = pairOf(map, key)
  if (!pair) return insert(text, map, keys, value)
  const node = pair.value
  if (isAlias(node)) throw new EditProblem(`${key} is an alias (*${node.source}): write it out, or change it by hand`)
  if (below.length > 0 && isMap(node)) return setScalar(text, document, node, below, value)
  if (!isScalar(node) || (below.length > 0 && node.value !== null))
    throw new EditProblem(`${key} is no ${below.length > 0 ? 'map' : 'single value'}: change it by hand`)
  refuseShared(document, node, key)
  return replace(text, key, node, below, value)
}

/** Pair of a map with a key; undefined if there is none. */
export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key)
}

/** @throws EditProblem if other places repeat the node, or a missing key of the map may come from elsewhere */
function refuseShared(document: Document.Parsed, node: Shareable, key: string): void {
  let isRepeated = false
  visit(document, {
    Alias: (_, { source }) => {
      isRepeated ||= source === node.anchor
    },
  })
  if (isRepeated)
    throw new EditProblem(`${key} is below the anchor &${node.anchor}, which other places repeat: change it by hand`)
  if (isMap(node) && !pairOf(node, key) && pairOf(node, '<<'))
    throw new EditProblem(`${key} comes from a merge (<<): write it out, or change it by hand`)
}

function replace(text: string, key: string, node: Scalar, below: readonly string[], value: string): string {
  const [start, end] = node.range!
  const written = text.slice(start, end)
  if (below.length > 0) {
    const space = /\s/.test(text[start - 1] ?? ' ') ? '' : ' '
    return splice(text, start, end, `${space}${flowOf(below, value)}`)
  }
  if (node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL' || written.includes('\n') || written === '')
    throw new EditProblem(`${key} is not written on one line: change it by hand`)
  const before = parseQuantity(node.value)
  if (before === undefined && node.value !== null)
    throw new EditProblem(`${key} is no quantity but ${written.slice(0, 100)}: change it by hand, or where it is set`)
  if (before === parseQuantity(value)) return text
  const quote = /^["']/.exec(written)?.[0]
  return splice(text, start, end, quote ? `${quote}${value}${quote}` : plain(value))
}

function insert(text: string, map: YAMLMap, keys: readonly string[], value: string): string {
  if (map.items.length === 0 || map.flow) return insertInFlow(text, map, keys, value)
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const first = (map.items[0]!.key as Scalar).range![0]
  const column = first - (text.lastIndexOf('\n', first - 1) + 1)
  const newLine = `${eol}${' '.repeat(column)}`
  const lines = keys.map((key, i) => `${' '.repeat(STEP * i)}${key}:${i === keys.length - 1 ? ` ${plain(value)}` : ''}`)
  const end = [pairOf(map, 'image')?.value, deepestLast(map)].map((node) => endOfLine(text, node)).find(Boolean)
  if (end === undefined) return splice(text, first, first, `${lines.join(newLine)}${newLine}`)
  const at = end + text.slice(end).search(/\r?\n|$/)
  return splice(text, at, at, `${newLine}${lines.join(newLine)}`)
}

/** The value at the end of a map in block style, however deep. */
function deepestLast(map: YAMLMap): unknown {
  const last = map.items.at(-1)?.value
  return isMap(last) && !last.flow && last.items.length > 0 ? deepestLast(last) : last
}

function insertInFlow(text: string, map: YAMLMap, keys: readonly string[], value: string): string {
  const flow = flowOf(keys, value).slice(2, -2)
  const last = map.items.at(-1)
  // Behind the opening bracket, or behind the last value.
  const node = (last?.value ?? last?.key) as Scalar | undefined
  const at = node ? node.range![1] : map.range![0] + 1
  return splice(text, at, at, node ? `, ${flow}` : ` ${flow} `)
}

/** Offset behind a value that is written on one line; undefined for another. */
function endOfLine(text: string, node: unknown): number | undefined {
  const isSimple = isScalar(node) ? /^(PLAIN|QUOTE)/.test(node.type ?? '') : isCollection(node) && node.flow
  if (!isSimple) return undefined
  const [start, end] = (node as Scalar).range!
  const written = text.slice(start, end)
  return written === '' || written.includes('\n') ? undefined : end
}

function flowOf(keys: readonly string[], value: string): string {
  return keys.reduceRight((inner, key) => `{ ${key}: ${inner} }`, plain(value))
}

/** A quantity without quotes, unless YAML would read it as a number: then a string, as Kubernetes writes it. */
function plain(value: string): string {
  return /^[\d.]+$/.test(value) ? `"${value}"` : value
}

function splice(text: string, start: number, end: number, inserted: string): string {
  return text.slice(0, start) + inserted + text.slice(end)
}
