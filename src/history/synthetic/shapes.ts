import type { Random } from './random.ts'

const HOUR = 3600
export const DAY = 86_400
/** Traffic of a Saturday or Sunday as a share of a working day's. */
const WEEKEND = 0.65

export interface Moment {
  /** Time, Unix seconds. */
  readonly seconds: number
  readonly stepSeconds: number
}

/** Seconds since midnight UTC. */
export function timeOfDay({ seconds }: Moment): number {
  return seconds % DAY
}

/** Traffic of a service, 0..1: one rise and fall a day, less at weekends. */
export function traffic(moment: Moment, peakHour: number): number {
  const sinceStart = Math.floor(moment.seconds / DAY)
  const weekday = (sinceStart + 4) % 7 // 1970-01-01 was a Thursday; 0 is Sunday
  const angle = ((timeOfDay(moment) / HOUR - peakHour) / 24) * 2 * Math.PI
  const daily = (0.5 + 0.5 * Math.cos(angle)) ** 1.3
  return weekday === 0 || weekday === 6 ? daily * WEEKEND : daily
}

/** Linear scale: `low` at 0, `high` at 1. */
export function scale(low: number, high: number, share: number): number {
  return low + (high - low) * share
}

/** Noise around 1, each value close to the previous one, for variation that traffic does not explain. */
export function wobble(random: Random, deviation: number): () => number {
  const MEMORY = 0.7
  let state = random.normal()
  return () => {
    state = MEMORY * state + Math.sqrt(1 - MEMORY * MEMORY) * random.normal()
    return Math.exp(deviation * state)
  }
}

export interface Bursts {
  readonly perDay: number
  /** Shortest and longest duration of a burst. */
  readonly minutes: readonly [number, number]
}

/** Bursts at random times: 0 outside of them, and a height of 0.7..1 in them. */
export function bursts(random: Random, { perDay, minutes }: Bursts): (moment: Moment) => number {
  let endsAt = Number.NEGATIVE_INFINITY
  let height = 0
  return ({ seconds, stepSeconds }) => {
    if (random.next() < (perDay * stepSeconds) / DAY) {
      endsAt = seconds + random.between(...minutes) * 60
      height = random.between(0.7, 1)
    }
    return seconds < endsAt ? height : 0
  }
}

/** Saw-tooth from 0 up to 1 and back to 0, repeated with a different period each time. */
export function sawTooth(random: Random, minutes: readonly [number, number]): (moment: Moment) => number {
  let share = random.next()
  let length = random.between(...minutes) * 60
  return ({ stepSeconds }) => {
    share += stepSeconds / length
    if (share >= 1) {
      share = 0
      length = random.between(...minutes) * 60
    }
    return share
  }
}

/** Leak that grows from 0 to 1; at 1 the container is killed and restarts at 0. */
export function leak(random: Random, daysToTop: number): (moment: Moment) => number {
  let share = 0
  return ({ stepSeconds }) => {
    share += (stepSeconds / (daysToTop * DAY)) * random.between(0.6, 1.4)
    if (share > 1) share = 0
    return share
  }
}

/** 1 for some minutes from each of the given times of the day, otherwise 0. */
export function atTimes(secondsOfDay: readonly number[], minutes: number): (moment: Moment) => number {
  return (moment) => {
    const now = timeOfDay(moment)
    return secondsOfDay.some((start) => now >= start && now < start + minutes * 60) ? 1 : 0
  }
}
