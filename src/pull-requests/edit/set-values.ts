import { isDeepStrictEqual } from 'node:util'
import { type Document, isMap, isSeq, parseAllDocuments, type YAMLMap } from 'yaml'
import { parseDocuments } from '../../parsing/index.ts'
import { EditProblem } from './problem.ts'
import { pairOf, setScalar } from './set-scalar.ts'

/** A step into a document: the key of a map, or the item of a list with this `name`. */
export type Step = string | { readonly name: string }

/** One value of a document: where it is, and what it should be. */
export interface Change {
  /** From the document to a map that must exist. */
  readonly to: readonly Step[]
  /** From there to the value, at least one key. Missing ones are added. */
  readonly keys: readonly string[]
  /** Quantity, such as `500m`. */
  readonly value: string
}

/**
 * Sets values in one document of a YAML file. Only the lines of these values change.
 *
 * @param index which document of the file, from 0
 * @returns the new text; the same text if nothing has to change
 * @throws EditProblem if a value cannot be set; ParsingError if the text is no YAML, or costs too much to read
 */
export function setValues(text: string, index: number, changes: readonly Change[]): string {
  const expected = valuesOf(text)
  let edited = text
  for (const { to, keys, value } of changes) {
    // valuesOf has checked that keys are unique; the parser would compare each with each.
    const document = parseAllDocuments(edited, { merge: false, uniqueKeys: false })[index] as Document.Parsed
    const after = setScalar(edited, document, follow(document, to), keys, value)
    if (after === edited) continue
    edited = after
    assign(expected[index], to, keys, value)
  }
  // What we are about to propose is read again: a wrong manifest must never leave this function.
  if (edited !== text && !isDeepStrictEqual(valuesOf(edited), expected))
    throw new EditProblem('the change would alter something else in the file: change it by hand')
  return edited
}

/** Values of the documents. Maps and lists that aliases repeat are copied for each, so that a change of one is not a change of all. */
export function valuesOf(text: string): unknown[] {
  return [...parseDocuments(text)].map(({ value }) => copyOf(value))
}

/** The parser has bounded depth and number. Long strings stay shared: written out for each alias, they might fit into no memory. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copyOf(one)]))
}

function follow(document: Document.Parsed, to: readonly Step[]): YAMLMap {
  let node: unknown = document.contents
  for (const step of to) {
    if (typeof step === 'string') node = isMap(node) ? pairOf(node, step)?.value : undefined
    else node = isSeq(node) ? node.items.find((item) => isMap(item) && item.get('name') === step.name) : undefined
    if (node === undefined) throw new EditProblem(`${inWords(step)} is missing: change it by hand`)
  }
  if (!isMap(node)) throw new EditProblem(`${inWords(to.at(-1) ?? 'the document')} is no map: change it by hand`)
  return node
}

function inWords(step: Step): string {
  return typeof step === 'string' ? step : `the container ${step.name}`
}

type Json = Record<string, unknown>

function assign(root: unknown, to: readonly Step[], keys: readonly string[], value: string): void {
  let at = root as Json
  for (const step of to) {
    at = (
      typeof step === 'string' ? at[step] : (at as unknown as (Json | null)[]).find((one) => one?.name === step.name)
    ) as Json
  }
  for (const key of keys.slice(0, -1)) {
    at[key] ??= {}
    at = at[key] as Json
  }
  at[keys.at(-1)!] = value
}
