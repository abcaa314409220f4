import { z } from 'zod'
import { mergePatch, patchAt, valueAt } from './merge-patch.ts'
import { type ApiObject, type FieldValue, TOOLS, type Tool } from './objects.ts'

/**
 * Annotation on objects of others that a migration changed: which fields, and what they were before. As a label, it marks the
 * SizingPolicies that a migration wrote.
 */
export const MIGRATED = 'plimsoll.dev/migrated-from'

const Scalar = z.union([z.string(), z.boolean()])

const ChangedField = z.object({
  path: z.array(z.string()).min(1).max(8),
  /** Absent if there was no such field. */
  was: Scalar.optional(),
  is: Scalar,
  /** How many of the objects around it were made for it, from the inside. */
  made: z.int().min(0).max(8),
})

const ChangeRecord = z.object({
  tool: z.enum(TOOLS),
  fields: z.array(ChangedField).max(8),
  /** SizingPolicies that took over. Only when they are gone may the object be as it was. */
  policies: z.array(z.string()).max(10_000),
})
export type ChangeRecord = z.infer<typeof ChangeRecord>

/** A field to set. */
export interface FieldToSet {
  readonly path: readonly string[]
  readonly is: string | boolean
}

/** The merge patch that sets fields of an object and records what they were before. */
export function recordedPatch(
  object: ApiObject,
  tool: Tool,
  fields: readonly FieldToSet[],
  policies: readonly string[],
): object {
  const changed = fields.map(({ path, is }) => {
    const was = valueAt(object, path) as string | boolean | undefined
    return { path: [...path], ...(was !== undefined && { was }), is, made: missingAround(object, path) }
  })
  const record: ChangeRecord = { tool, fields: changed, policies: [...policies] }
  const patch = fields.reduce((onto, { path, is }) => patchAt(path, is, onto), {})
  return patchAt(['metadata', 'annotations', MIGRATED], JSON.stringify(record), patch)
}

/** The fields as they are, so that a change of them by others is recognized. */
export function asRead(object: ApiObject, paths: readonly (readonly string[])[]): FieldValue[] {
  return paths.map((path) => ({ path, value: valueAt(object, path) as FieldValue['value'] }))
}

function missingAround(object: ApiObject, path: readonly string[]): number {
  let missing = 0
  while (missing < path.length - 1 && valueAt(object, path.slice(0, path.length - 1 - missing)) === undefined) missing++
  return missing
}

/** What a migration recorded on an object; undefined if nothing, or if it cannot be read. */
export function recordOn({ metadata: { annotations } }: ApiObject): ChangeRecord | undefined {
  const text = annotations?.[MIGRATED]
  if (typeof text !== 'string') return undefined
  try {
    return ChangeRecord.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Whether the recorded fields still have the values that the migration wrote. */
export function isAsWritten(object: ApiObject, { fields }: ChangeRecord): boolean {
  return fields.every(({ path, is }) => valueAt(object, path) === is)
}

/** The merge patch that makes the recorded fields as they were, and removes the record. */
export function restoringPatch(object: ApiObject, { fields }: ChangeRecord): object {
  let patch: object = {}
  for (const { path, was, made } of fields) {
    let end = path.length
    // Objects that were made for the field go with it, unless somebody has put something else into them.
    while (was === undefined && path.length - end < made && keysAt(object, path.slice(0, end - 1)) === 1) end--
    patch = patchAt(path.slice(0, end), was ?? null, patch)
  }
  return patchAt(['metadata', 'annotations', MIGRATED], null, patch)
}

function keysAt(object: ApiObject, path: readonly string[]): number {
  return Object.keys((valueAt(object, path) as object | undefined) ?? {}).length
}

/** The object as it was before the migration; as it is, if it was not migrated or somebody has changed it since. */
export function beforeMigration(object: ApiObject): ApiObject {
  const record = recordOn(object)
  if (!record || !isAsWritten(object, record)) return object
  return mergePatch(object, restoringPatch(object, record)) as ApiObject
}
