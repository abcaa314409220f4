import type { Instance, Profile } from './instance.ts'
import { decodeProfiles, encodeProfiles } from './saved-profiles.ts'

/** Bounds of what is kept: about a megabyte in memory, and a fifth of that in the cluster. */
const MOST_PROFILES = 500
const MOST_INSTANCES = 16
/** A later life of an instance replaces the earlier one when it has lasted for so long. */
const PROVEN_HOURS = 24

/**
 * What is known about applications from their instances, by keys. An instance stays known after its namespace is gone. If there are too
 * many, those that were seen last stay.
 */
export class Profiles {
  #profiles = new Map<string, Map<string, Instance>>()
  /** Number of changes so far. */
  #changes = 0

  get changes(): number {
    return this.#changes
  }

  /** Takes in what an instance of an application shows now. @param name of the instance, such as its namespace and workload */
  note(key: string, name: string, instance: Instance): void {
    const instances = this.#profiles.get(key) ?? new Map<string, Instance>()
    const known = instances.get(name)
    if (known && isEarlierLife(known, instance) && instance.lastHour - instance.firstHour < PROVEN_HOURS) return
    if (!known && instances.size >= MOST_INSTANCES && !makeRoom(instances, instance)) return
    instances.set(name, known && !isEarlierLife(known, instance) ? withBeginningOf(known, instance) : instance)
    this.#profiles.set(key, instances)
    this.#changes++
    if (this.#profiles.size > MOST_PROFILES) this.#profiles.delete(this.#longestUnseen())
  }

  /**
   * What other instances of an application show; undefined if there are none. An earlier life of the same instance counts as another one.
   *
   * @param application its name, for people
   * @param own name of the instance that asks, and hours from 1970 to its first sample; infinite if it has none yet
   */
  of(
    key: string,
    application: string,
    own: { readonly name: string; readonly firstHour: number },
  ): Profile | undefined {
    const instances = [...(this.#profiles.get(key) ?? [])].flatMap(([name, instance]) =>
      name === own.name && instance.lastHour >= own.firstHour ? [] : [instance],
    )
    return instances.length === 0 ? undefined : { application, instances }
  }

  /** Forgets instances that were not seen since an hour, counted from 1970. */
  prune(oldestHour: number): void {
    for (const [key, instances] of this.#profiles) {
      for (const [name, { lastHour }] of instances) {
        if (lastHour >= oldestHour) continue
        instances.delete(name)
        this.#changes++
      }
      if (instances.size === 0) this.#profiles.delete(key)
    }
  }

  save(): Uint8Array {
    return encodeProfiles(this.#profiles)
  }

  /**
   * Replaces everything with what was saved.
   *
   * @throws LearnerStateError if the bytes are no saved profiles
   */
  restore(bytes: Uint8Array): void {
    this.#profiles = decodeProfiles(bytes)
  }

  #longestUnseen(): string {
    const seen = Array.from(this.#profiles, ([key, instances]) => ({
      key,
      hour: Math.max(...Array.from(instances.values(), ({ lastHour }) => lastHour)),
    }))
    return seen.reduce((a, b) => (b.hour < a.hour ? b : a)).key
  }
}

function isEarlierLife(known: Instance, now: Instance): boolean {
  return known.lastHour < now.firstHour
}

/** Removes the instance that was seen longest ago, unless that was at about the same time. @returns whether there is room now */
function makeRoom(instances: Map<string, Instance>, { lastHour }: Instance): boolean {
  const [name, oldest] = [...instances].reduce((a, b) => (b[1].lastHour < a[1].lastHour ? b : a))
  return oldest.lastHour < lastHour - PROVEN_HOURS && instances.delete(name)
}

/** How an instance began is known for its first 14 days only. */
function withBeginningOf(known: Instance, now: Instance): Instance {
  const began = <L extends { readonly belowAtFirst?: readonly number[] | undefined }>(
    before: L | undefined,
    after: L | undefined,
  ) => after && { ...after, belowAtFirst: after.belowAtFirst ?? before?.belowAtFirst }
  return { ...now, cpu: began(known.cpu, now.cpu), memory: began(known.memory, now.memory) }
}
