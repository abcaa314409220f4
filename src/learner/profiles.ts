import type { Instance, Profile } from './instance.ts'
import { decodeProfiles, encodeProfiles } from './saved-profiles.ts'

/** Bounds of what is kept: about a megabyte in memory, and a fifth of that in the cluster. */
const MOST_INSTANCES = 8000
const MOST_OF_ONE = 16
/** A later life of an instance replaces the earlier one when it has lasted for so long. */
const PROVEN_HOURS = 24

/**
 * What is known about applications from their instances, by keys. An instance stays known after its namespace is gone. If there are too
 * many, those that are gone make room, the one seen longest ago first; then the application with the most instances.
 */
export class Profiles {
  #profiles = new Map<string, Map<string, Instance>>()
  #count = 0
  /** No instance was seen last before this hour, counted from 1970. */
  #oldestHour = 0
  /** No application has more instances than this, while there is no room. */
  #largest = MOST_OF_ONE
  /** Number of changes so far. */
  #changes = 0

  get changes(): number {
    return this.#changes
  }

  /** Takes in what an instance of an application shows now. @param name of the instance, such as its namespace and workload */
  note(key: string, name: string, instance: Instance): void {
    const known = this.#profiles.get(key)?.get(name)
    if (known && isEarlierLife(known, instance) && instance.lastHour - instance.firstHour < PROVEN_HOURS) return
    if (!known && !this.#hasRoom(key, instance.lastHour)) return
    const instances = this.#profiles.get(key) ?? new Map<string, Instance>()
    instances.set(name, known && !isEarlierLife(known, instance) ? withBeginningOf(known, instance) : instance)
    this.#profiles.set(key, instances)
    this.#changes++
    if (!known) this.#count++
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
        this.#remove(key, name)
        this.#changes++
      }
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
    this.#count = [...this.#profiles.values()].reduce((sum, { size }) => sum + size, 0)
    this.#oldestHour = 0
    this.#largest = MOST_OF_ONE
  }

  /** Whether an application may have one more instance at an hour. Removes another one where that is needed. */
  #hasRoom(key: string, hour: number): boolean {
    const instances = this.#profiles.get(key)
    const size = instances?.size ?? 0
    if (instances && size >= MOST_OF_ONE) return this.#removeGone([[key, instances]], hour)
    if (this.#count < MOST_INSTANCES) {
      this.#largest = MOST_OF_ONE
      return true
    }
    const mayBeGone = this.#oldestHour < hour - PROVEN_HOURS
    return (mayBeGone && this.#removeGone(this.#profiles, hour)) || this.#removeOfLargest(size)
  }

  /** Removes the instance that was seen longest ago, unless that was at about this hour. */
  #removeGone(profiles: Iterable<[string, ReadonlyMap<string, Instance>]>, hour: number): boolean {
    const oldest = longestUnseen(profiles)
    if (profiles === this.#profiles) this.#oldestHour = oldest.lastHour
    return oldest.lastHour < hour - PROVEN_HOURS && this.#remove(oldest.key, oldest.name)
  }

  /** Removes an instance of the application with the most, unless one with `size` instances would then have as many. */
  #removeOfLargest(size: number): boolean {
    if (this.#largest <= size + 1) return false
    const largest = [...this.#profiles].reduce((a, b) => (b[1].size > a[1].size ? b : a))
    this.#largest = largest[1].size
    const oldest = longestUnseen([largest])
    return this.#largest > size + 1 && this.#remove(oldest.key, oldest.name)
  }

  #remove(key: string, name: string): true {
    const instances = this.#profiles.get(key)!
    instances.delete(name)
    if (instances.size === 0) this.#profiles.delete(key)
    this.#count--
    return true
  }
}

function isEarlierLife(known: Instance, now: Instance): boolean {
  return known.lastHour < now.firstHour
}

function longestUnseen(profiles: Iterable<[string, ReadonlyMap<string, Instance>]>) {
  let oldest = { key: '', name: '', lastHour: Number.POSITIVE_INFINITY }
  for (const [key, instances] of profiles)
    for (const [name, { lastHour }] of instances) if (lastHour < oldest.lastHour) oldest = { key, name, lastHour }
  return oldest
}

/** How an instance began is known for its first 14 days only. */
function withBeginningOf(known: Instance, now: Instance): Instance {
  const began = <L extends { readonly belowAtFirst?: readonly number[] | undefined }>(
    before: L | undefined,
    after: L | undefined,
  ) => after && { ...after, belowAtFirst: after.belowAtFirst ?? before?.belowAtFirst }
  return { ...now, cpu: began(known.cpu, now.cpu), memory: began(known.memory, now.memory) }
}
