import { isDeepStrictEqual } from 'node:util'
import { isScalar, parseAllDocuments } from 'yaml'
import { documentsOf } from './documents-of.ts'
import { EditProblem } from './problem.ts'
import { valuesOf } from './set-values.ts'

/** A strategic-merge patch that is written in a kustomization. */
export interface InlinePatch {
  /** Path of the kustomization. */
  readonly path: string
  /** Keys to its text in the kustomization. */
  readonly keys: readonly (string | number)[]
  readonly text: string
  /** What its target says that it changes, instead of the patch itself. */
  readonly target: Target
}

/** What a patch may change; a field that is absent does not restrict it. */
export interface Target {
  readonly kind?: string
  readonly name?: string
  readonly namespace?: string
}

/** A patch that cannot be edited, and may change the resources of containers. */
export interface UnclearPatch {
  /** For people, such as `prod/kustomization.yaml (patches[0])`. */
  readonly place: string
  readonly target: Target
}

export interface Inline {
  /** By a text that says where each is. */
  readonly patches: ReadonlyMap<string, InlinePatch>
  readonly unclear: readonly UnclearPatch[]
}

/** Finds the patches that are written in a kustomization. */
export function inlinePatchesOf(path: string, value: Readonly<Record<string, unknown>>): Inline {
  const patches = new Map<string, InlinePatch>()
  const unclear: UnclearPatch[] = []
  for (const { keys, text, selects } of textsIn(value)) {
    const place = `${path} (${keys[0]}[${keys[1]}])`
    const target = targetOf(selects)
    if (target && documentsOf(text).every(isMap)) patches.set(place, { path, keys, text, target })
    else if (text.includes('resources')) unclear.push({ place, target: target ?? restrictionsOf(selects) })
  }
  return { patches, unclear }
}

/** The target of a patch. Its name and its namespace are regular expressions. */
type Selects = Readonly<Record<string, unknown>> | undefined

interface Written {
  readonly keys: readonly (string | number)[]
  readonly text: string
  readonly selects: Selects
}

function textsIn(value: Readonly<Record<string, unknown>>): Written[] {
  const entries = (field: string) => (Array.isArray(value[field]) ? (value[field] as unknown[]) : [])
  return [
    ...entries('patches').flatMap((entry, index): Written[] => {
      const { patch, target } = (entry ?? {}) as { patch?: unknown; target?: unknown }
      return typeof patch === 'string'
        ? [{ keys: ['patches', index, 'patch'], text: patch, selects: isMap(target) ? target : undefined }]
        : []
    }),
    // A path is one line.
    ...entries('patchesStrategicMerge').flatMap((entry, index): Written[] =>
      typeof entry === 'string' && entry.trim().includes('\n')
        ? [{ keys: ['patchesStrategicMerge', index], text: entry, selects: undefined }]
        : [],
    ),
  ]
}

const RESTRICTING = ['kind', 'name', 'namespace'] as const
/** A regular expression that is just a name. */
const PLAIN_NAME = /^[a-z0-9-]+$/

/** The one object that a patch changes, as far as its target says so; undefined if the target may select several. */
function targetOf(selects: Selects): Target | undefined {
  if (!selects) return {}
  const { labelSelector, annotationSelector, name } = selects
  if (labelSelector || annotationSelector || name === undefined) return undefined
  const restrictions = restrictionsOf(selects)
  return restrictions.name === undefined ? undefined : restrictions
}

/** The fields whose text is no regular expression. */
function restrictionsOf(selects: Selects): Target {
  const known = RESTRICTING.map((field) => [field, selects?.[field]] as const)
  return Object.fromEntries(
    known.filter(([field, text]) => typeof text === 'string' && (field === 'kind' || PLAIN_NAME.test(text))),
  )
}

/**
 * Changes a patch in the text of its kustomization, and nothing else of the text.
 *
 * @param edit returns the new text of the patch
 * @throws EditProblem if the patch is not written as a block (`|`), or something else would change
 */
export function editInlinePatch(text: string, { keys }: InlinePatch, edit: (patch: string) => string): string {
  const [document] = parseAllDocuments(text, { merge: false, uniqueKeys: false })
  const node = document!.getIn(keys, true)
  const isBlock = isScalar(node) && node.type === 'BLOCK_LITERAL' && !node.anchor
  if (!isBlock) throw new EditProblem('the patch is not written as a block (|): write it as one, or change it by hand')
  const before = String(node.value)
  const after = edit(before)
  if (after === before) return text
  const [start, end] = node.range!
  const edited = text.slice(0, start) + blockWith(text.slice(start, end), after) + text.slice(end)
  const [expected] = valuesOf(text)
  put(expected, keys, after)
  if (!isDeepStrictEqual(valuesOf(edited), [expected]))
    throw new EditProblem('the change would alter something else in the file: change it by hand')
  return edited
}

/** A block scalar with other lines: header, indentation and what follows the last line stay. */
function blockWith(source: string, value: string): string {
  const eol = source.includes('\r\n') ? '\r\n' : '\n'
  const [header, ...lines] = source.split(eol)
  const indent = /^ */.exec(lines.find((line) => line.trim() !== '') ?? '')![0]
  const rest = /\s*$/.exec(source)![0]
  const body = value.trimEnd().split('\n')
  return [header, ...body.map((line) => (line === '' ? '' : indent + line))].join(eol) + rest
}

function put(root: unknown, keys: readonly (string | number)[], value: string): void {
  let at = root as Record<string | number, unknown>
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string | number, unknown>
  at[keys.at(-1)!] = value
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
