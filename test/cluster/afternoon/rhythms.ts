// Usage of the workloads at any second of their history.
const DAY_SECONDS = 86_400
const MIB = 2 ** 20

export type Amount = (seconds: number) => number

/** A pseudo-random number in 0..1 for a time, the same in each run. */
function chance(seconds: number, salt: number): number {
  const x = Math.sin(seconds * 12.9898 + salt * 78.233) * 43_758.5453
  return x - Math.floor(x)
}

/** An amount with up to 10 % of noise. */
export function around(amount: number, salt = 1): Amount {
  return (s) => amount * (0.9 + 0.2 * chance(Math.floor(s / 120), salt))
}

export function mebibytes(amount: number, salt = 2): Amount {
  const of = around(amount, salt)
  return (s) => of(s) * MIB
}

/** Low at night, highest in the early afternoon. */
export function daily(least: number, most: number): Amount {
  return (s) => {
    const wave = 0.5 - 0.5 * Math.cos((2 * Math.PI * ((s % DAY_SECONDS) - 7200)) / DAY_SECONDS)
    return (least + (most - least) * wave) * around(1, 3)(s)
  }
}

/** Busy from nine to five on five days a week. */
export function officeHours(idle: number, busy: number): Amount {
  return (s) => {
    // 1 January 1970 was a Thursday.
    const weekday = (Math.floor(s / DAY_SECONDS) + 4) % 7
    const hour = (s % DAY_SECONDS) / 3600
    return (weekday >= 1 && weekday <= 5 && hour >= 9 && hour < 17 ? busy : idle) * around(1, 4)(s)
  }
}

/** Low, with bursts of half an hour on every day. */
export function bursts(quiet: number, busy: number): Amount {
  return (s) => (chance(Math.floor(s / 1800), 5) < 0.06 ? busy : quiet) * around(1, 6)(s)
}

/** Grows every day, up to the given amount at the end. */
export function growing(perDay: number, last: number, endSeconds: number): Amount {
  return (s) => Math.max(0, last - (perDay * (endSeconds - s)) / DAY_SECONDS) * around(1, 7)(s)
}

/** Rises until the container is killed at its limit, every half hour. */
export function killedAt(limitBytes: number): Amount {
  return (s) => limitBytes * (0.6 + (0.4 * (s % 1800)) / 1800)
}
