/** A share as people write it: 0.05 is `5 %`. */
export function describePercent(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`
}

/** A time as people write it: `250 ms`, `1.5 s`. */
export function describeSeconds(seconds: number): string {
  return seconds < 1 ? `${Number((seconds * 1000).toPrecision(6))} ms` : `${Number(seconds.toPrecision(6))} s`
}
