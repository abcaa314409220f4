import type { OriginalTarget } from '../api/index.ts'
import type { Configuration } from '../experiments/index.ts'
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
  const changes: FieldValue[] = []
  const edits: string[] = []
  for (const { field, value: configured } of managed) {
    const path = pathOfField(field)
    const is = readField(object.spec, field)
    const was = readField(spec, field)
    const should = field.of === 'replicas' && replicas !== undefined ? replicas : wanted ? configured : was
    if (isSameValue(field, is, should)) continue
    const known = [was, ...(field.of === 'replicas' ? [0] : []), ...ours.map((fields) => valueAt(fields, path))]
    if (known.some((value) => isSameValue(field, is, value))) changes.push({ field, value: should })
    else edits.push(path)
  }
  const paths = managed.map(({ field }) => pathOfField(field))
  // A variable that was absent is a new item of the list.
  const items = paths.map((path) => path.replace(/\.value$/, ''))
  const isManaged = (path: string) =>
    paths.includes(path) || items.some((item) => path === item || path === `${item}.name`)
  return { changes, edits: [...edits, ...differingPaths(spec, object.spec, isManaged)] }
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
