import { z } from 'zod'
import { SKETCH_QUANTILES } from './days.ts'
import { AGES, type Instance } from './instance.ts'
import { CPU_BUCKETS, MEMORY_BUCKETS } from './log-buckets.ts'
import { LearnerStateError } from './saved-state.ts'

/** Raise it when the meaning of anything below or the buckets change. */
const VERSION = 1

const Hour = z
  .int()
  .min(0)
  .max(2 ** 31)
const bucket = (count: number) =>
  z
    .number()
    .min(0)
    .max(count - 1)
const level = (count: number) => ({
  middle: bucket(count),
  spread: z.number().min(0).max(count),
  belowAtFirst: z.array(z.number().min(-count).max(count)).length(AGES.length).optional(),
})

const SavedInstance: z.ZodType<Instance> = z.object({
  firstHour: Hour,
  lastHour: Hour,
  cpu: z
    .object({
      ...level(CPU_BUCKETS.count),
      sketch: z
        .array(
          z
            .int()
            .min(0)
            .max(CPU_BUCKETS.count - 1),
        )
        .length(SKETCH_QUANTILES.length),
    })
    .optional(),
  memory: z
    .object({
      ...level(MEMORY_BUCKETS.count),
      days: z
        .array(
          z.object({
            peak: z
              .int()
              .min(0)
              .max(MEMORY_BUCKETS.count - 1),
            p95: z
              .int()
              .min(0)
              .max(MEMORY_BUCKETS.count - 1),
          }),
        )
        .min(1)
        .max(7),
    })
    .optional(),
})

const Saved = z.object({
  version: z.int(),
  profiles: z.array(z.tuple([z.string(), z.array(z.tuple([z.string(), z.unknown()]))])),
})

/** Profiles that a later version of Plimsoll has written. They must not be overwritten: that version can still use them. */
export class NewerProfilesError extends LearnerStateError {}

/** The bytes of profiles: JSON, in UTF-8. */
export function encodeProfiles(profiles: ReadonlyMap<string, ReadonlyMap<string, Instance>>): Uint8Array {
  const saved = {
    version: VERSION,
    profiles: Array.from(profiles, ([key, instances]) => [key, [...instances]]),
  }
  return new TextEncoder().encode(JSON.stringify(saved))
}

/**
 * Leaves out instances that cannot be read.
 *
 * @throws LearnerStateError if the bytes are no saved profiles
 */
export function decodeProfiles(bytes: Uint8Array): Map<string, Map<string, Instance>> {
  let text: unknown
  try {
    text = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new LearnerStateError('profiles are not JSON')
  }
  const saved = Saved.safeParse(text)
  if (!saved.success) throw new LearnerStateError(`profiles: ${saved.error.issues[0]?.message}`)
  const { version, profiles } = saved.data
  if (version > VERSION) throw new NewerProfilesError(`profiles are of version ${version}, and this is ${VERSION}`)
  if (version < VERSION) throw new LearnerStateError(`profiles are of version ${version}, and this is ${VERSION}`)
  const known = profiles.map(([key, instances]) => {
    const readable = instances.flatMap(([name, instance]): [string, Instance][] => {
      const { data } = SavedInstance.safeParse(instance)
      return data ? [[name, data]] : []
    })
    return [key, new Map(readable)] as const
  })
  return new Map(known.filter(([, instances]) => instances.size > 0))
}
