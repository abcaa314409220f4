const UNITS = ['B', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi']

/** CPU in cores or millicores: `250m`, `1.5`. */
export function cores(value: number): string {
  return value > 0 && value < 1 ? `${Number((value * 1000).toPrecision(3))}m` : String(Number(value.toPrecision(3)))
}

/** The largest power of 1024 that is not above a number of bytes. */
export function binaryUnit(value: number): number {
  return value < 1 ? 1 : 1024 ** Math.floor(Math.log2(value) / 10)
}

/** Bytes with a binary unit: `512Mi`, `1.5Gi`. */
export function bytes(value: number): string {
  let [rest, unit] = [value, 0]
  while (rest >= 1000 && unit < UNITS.length - 1) {
    rest /= 1024
    unit++
  }
  return value === 0 ? '0' : `${Number(rest.toPrecision(3))}${UNITS[unit]}`
}

/** A round share (0..1) in percent: `5 %`, `2.5 %`. */
export function roundPercent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`
}
