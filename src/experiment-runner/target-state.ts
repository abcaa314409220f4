import type { OriginalTarget } from '../api/index.ts'
import type { Configuration } from '../experiments/index.ts'
import { parseQuantity } from '../resources/index.ts'
import { differingPaths } from './differences.ts'
import {
  configuredFields,
  type FieldValue,
  isSameValue,
  originalSpec,
  pathOfField,
  readField,
  type SettingOfContainer,
} from './fields.ts'
import type { TargetObject } from './objects.ts'

/** How a target differs from what it should be. */
export interface TargetState {
  /** Fields that have a value of ours or the original one, and should have another. */
  readonly changes: readonly FieldValue[]
  /** Paths of fields that somebody else changed. */
  readonly edits: readonly string[]
}

/** What of a target an experiment may have changed so far. */
export interface Ours {
  readonly original: OriginalTarget
  /** Configurations that the target may have, latest first. */
  readonly configurations: readonly Configuration[]
  readonly settings: readonly SettingOfContainer[]
}

/**
 * Compares a target with what it should be.
 *
 * @param wanted the configuration that it should have; undefined for the original
 * @param replicas in place of those of the configuration
 */
export function stateOfTarget(
  { original, configurations, settings }: Ours,
  object: TargetObject,
  wanted: Configuration | undefined,
  replicas?: number,
): TargetState {
  const spec = originalSpec(original)
  const fieldsOf = (configuration: Configuration) => configuredFields(original.name, spec, configuration, settings)
  const ours = configurations.map(fieldsOf)
  const managed = fieldsOf(wanted ?? configurations[0] ?? {})
  const found: FieldValue[] = []
  const edits: string[] = []
  for (const { field, value: configured } of managed) {
    const path = pathOfField(field)
    const is = readField(object.spec, field)
    const was = readField(spec, field)
    const should = field.of === 'replicas' && replicas !== undefined ? replicas : wanted ? configured : was
    if (isSameValue(field, is, should)) continue
    const known = [was, ...(field.of === 'replicas' ? [0] : []), ...ours.map((fields) => valueAt(fields, path))]
    if (known.some((value) => isSameValue(field, is, value))) found.push({ field, value: should })
    else edits.push(path)
  }
  const changes = found.filter((change) => !contradicts(change, edits, object))
  edits.push(...found.filter((change) => !changes.includes(change)).map(({ field }) => pathOfField(field)))
  const paths = managed.map(({ field }) => pathOfField(field))
  // A variable that was absent is a new item of the list.
  const items = paths.map((path) => path.replace(/\.value$/, ''))
  const isManaged = (path: string) =>
    paths.includes(path) || items.some((item) => path === item || path === `${item}.name`)
  return { changes, edits: [...edits, ...differingPaths(spec, object.spec, isManaged)] }
}

/** Whether a request would be above its limit after a change, because somebody else changed the other one. */
function contradicts({ field, value }: FieldValue, edits: readonly string[], { spec }: TargetObject): boolean {
  if (field.of !== 'resource') return false
  const other = { ...field, list: field.list === 'requests' ? ('limits' as const) : ('requests' as const) }
  if (!edits.includes(pathOfField(other))) return false
  const pair = [parseQuantity(value), parseQuantity(readField(spec, other))]
  const [request, limit] = field.list === 'requests' ? pair : pair.toReversed()
  return request !== undefined && limit !== undefined && request > limit
}

function valueAt(fields: readonly FieldValue[], path: string): unknown {
  return fields.find(({ field }) => pathOfField(field) === path)?.value
}

/** Who wrote an object last, besides its controllers and Plimsoll; for people. */
export function lastEditor({ metadata }: TargetObject, ours: string): string {
  const writers = (metadata.managedFields ?? []).filter(
    ({ manager, subresource }) => manager !== ours && manager !== 'kube-controller-manager' && !subresource,
  )
  const [last] = writers.toSorted((a, b) => (b.time ?? '').localeCompare(a.time ?? ''))
  return last?.manager ? ` (last written by ${last.manager}${last.time ? ` at ${last.time}` : ''})` : ''
}
