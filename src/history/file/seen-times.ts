/** How a row relates to earlier rows with its time: new, the same, other values, or unknown because it is earlier. */
export type Seen = 'new' | 'same' | 'other' | 'earlier'

const FIRST_CAPACITY = 8
const LOAD = 0.7

/** Usage by time, in a hash table with 24 bytes for each slot. */
class TimeTable {
  #count = 0
  #times = new Float64Array(FIRST_CAPACITY).fill(Number.NaN)
  #cores = new Float64Array(FIRST_CAPACITY)
  #bytes = new Float64Array(FIRST_CAPACITY)

  /** Slot of a time, which may be a new one. */
  at(seconds: number): { readonly place: number; readonly isNew: boolean } {
    if (this.#count > LOAD * this.#times.length) this.#grow()
    const place = this.#placeOf(seconds)
    const isNew = this.#times[place] !== seconds
    if (isNew) {
      this.#times[place] = seconds
      this.#cores[place] = Number.NaN
      this.#bytes[place] = Number.NaN
      this.#count++
    }
    return { place, isNew }
  }

  coresAt(place: number): number {
    return this.#cores[place]!
  }

  bytesAt(place: number): number {
    return this.#bytes[place]!
  }

  set(place: number, cores: number, bytes: number): void {
    this.#cores[place] = cores
    this.#bytes[place] = bytes
  }

  #placeOf(seconds: number): number {
    const mask = this.#times.length - 1
    // Times are mostly multiples of a step: spread them by multiplication (Knuth), including the fraction.
    let place = (Math.imul(Math.floor(seconds) ^ Math.floor((seconds % 1) * 2 ** 30), 0x9e3779b1) >>> 7) & mask
    while (!Number.isNaN(this.#times[place]!) && this.#times[place] !== seconds) place = (place + 1) & mask
    return place
  }

  #grow(): void {
    const [times, cores, bytes] = [this.#times, this.#cores, this.#bytes]
    this.#times = new Float64Array(times.length * 2).fill(Number.NaN)
    this.#cores = new Float64Array(times.length * 2)
    this.#bytes = new Float64Array(times.length * 2)
    for (let i = 0; i < times.length; i++) {
      if (Number.isNaN(times[i]!)) continue
      const place = this.#placeOf(times[i]!)
      this.#times[place] = times[i]!
      this.set(place, cores[i]!, bytes[i]!)
    }
  }
}

/**
 * The times of one series that were read, to find duplicate rows. While they are in order, the last one is enough. Otherwise,
 * duplicates can only be found by remembering all rows.
 */
export class SeenTimes {
  /** The new values in the last row: CPU in cores, memory in bytes, or NaN. */
  newCores = Number.NaN
  newBytes = Number.NaN
  readonly #table: TimeTable | undefined
  #seconds = Number.NEGATIVE_INFINITY
  #cores = Number.NaN
  #bytes = Number.NaN

  constructor(remembersAll: boolean) {
    this.#table = remembersAll ? new TimeTable() : undefined
  }

  /** Checks a row; 'earlier' if this is only known to a series that remembers all times. A resource without a value is NaN. */
  take(seconds: number, cores: number, bytes: number): Seen {
    const table = this.#table
    if (table) {
      const { place, isNew } = table.at(seconds)
      const seen = isNew
        ? this.#first(cores, bytes)
        : this.#again(table.coresAt(place), table.bytesAt(place), cores, bytes)
      if (seen === 'new') {
        table.set(
          place,
          Number.isNaN(cores) ? table.coresAt(place) : cores,
          Number.isNaN(bytes) ? table.bytesAt(place) : bytes,
        )
      }
      return seen
    }
    if (seconds < this.#seconds) return 'earlier'
    if (seconds === this.#seconds) {
      const seen = this.#again(this.#cores, this.#bytes, cores, bytes)
      if (seen !== 'new') return seen
      if (!Number.isNaN(cores)) this.#cores = cores
      if (!Number.isNaN(bytes)) this.#bytes = bytes
      return seen
    }
    this.#seconds = seconds
    this.#cores = cores
    this.#bytes = bytes
    return this.#first(cores, bytes)
  }

  #first(cores: number, bytes: number): Seen {
    this.newCores = cores
    this.newBytes = bytes
    return 'new'
  }

  #again(oldCores: number, oldBytes: number, cores: number, bytes: number): Seen {
    const isOther = (old: number, now: number) => !Number.isNaN(old) && !Number.isNaN(now) && old !== now
    if (isOther(oldCores, cores) || isOther(oldBytes, bytes)) return 'other'
    this.newCores = Number.isNaN(oldCores) ? cores : Number.NaN
    this.newBytes = Number.isNaN(oldBytes) ? bytes : Number.NaN
    return Number.isNaN(this.newCores) && Number.isNaN(this.newBytes) ? 'same' : 'new'
  }
}

/** Numbers the rows with the same time, if they belong to several Pods without names. */
export class Replicas {
  readonly #table: TimeTable | undefined
  #seconds = Number.NEGATIVE_INFINITY
  #number = 0

  constructor(remembersAll: boolean) {
    this.#table = remembersAll ? new TimeTable() : undefined
  }

  /** Number of rows with this time, including this one; undefined if this is only known to replicas that remember all times. */
  take(seconds: number): number | undefined {
    if (this.#table) {
      const { place, isNew } = this.#table.at(seconds)
      const number = isNew ? 1 : this.#table.coresAt(place) + 1
      this.#table.set(place, number, Number.NaN)
      return number
    }
    if (seconds < this.#seconds) return undefined
    this.#number = seconds === this.#seconds ? this.#number + 1 : 1
    this.#seconds = seconds
    return this.#number
  }
}
