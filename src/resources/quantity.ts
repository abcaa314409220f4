/**
 * Exact Kubernetes quantities. A quantity is a whole number of nano-units (bigint), the finest grain of the API, so that "0.1",
 * "100m" and "1e-1" are equal and no precision is lost.
 *
 * Source: apimachinery `resource.Quantity` (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/).
 */

/** A quantity in nano-units: 10⁻⁹ cores or 10⁻⁹ bytes. */
export type Nanos = bigint

export type ResourceName = 'cpu' | 'memory'

const NANOS_PER_UNIT = 1_000_000_000n
const NANOS_PER_MILLI = 1_000_000n
/** Largest quantity. apimachinery caps at 2⁶³-1 units. */
const MAX_NANOS = (2n ** 63n - 1n) * NANOS_PER_UNIT
/** Longest text that is read as a quantity. No author writes a longer one. */
const MAX_LENGTH = 64

const SYNTAX = /^([+-]?)(\d*)(?:\.(\d*))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d{1,3})?$/

const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const BINARY_SUFFIXES = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const
const NANOS_PER_BINARY_SUFFIX = BINARY_SUFFIXES.map((_, index) => NANOS_PER_UNIT * 1024n ** BigInt(index + 1))

/**
 * Parses a quantity in any valid form. Finer amounts than nano are rounded up, and amounts above 2⁶³-1 are capped, both as in
 * apimachinery; a lone point or suffix is zero there and here.
 *
 * @returns nano-units, or undefined if the text is not a quantity. A number is read in its decimal form, because YAML may contain `cpu:
 *   2`
 */
export function parseQuantity(text: unknown): Nanos | undefined {
  const spelling = typeof text === 'number' ? String(text) : text
  if (typeof spelling !== 'string' || spelling === '' || spelling.length > MAX_LENGTH) return undefined
  const match = SYNTAX.exec(spelling)
  if (!match) return undefined
  const [, sign, whole = '', fraction = '', suffix = ''] = match

  const digits = BigInt(`0${whole}${fraction}`)
  const magnitude = scale(digits, fraction.length, suffix)
  const capped = magnitude > MAX_NANOS ? MAX_NANOS : magnitude
  return sign === '-' ? -capped : capped
}

function scale(digits: bigint, fractionDigits: number, suffix: string): Nanos {
  const binary = BINARY_SUFFIXES.indexOf(suffix as (typeof BINARY_SUFFIXES)[number])
  if (binary >= 0) {
    const nanos = digits * NANOS_PER_BINARY_SUFFIX[binary]!
    return fractionDigits === 0 ? nanos : divideRoundingUp(nanos, powerOfTen(fractionDigits))
  }
  const suffixExponent = DECIMAL_EXPONENTS[suffix] ?? (suffix === '' ? 0 : Number(suffix.slice(1)))
  const exponent = 9 + suffixExponent - fractionDigits
  return exponent >= 0 ? digits * powerOfTen(exponent) : divideRoundingUp(digits, powerOfTen(-exponent))
}

const POWERS_OF_TEN = Array.from({ length: 19 }, (_, exponent) => 10n ** BigInt(exponent))

function powerOfTen(exponent: number): bigint {
  return POWERS_OF_TEN[exponent] ?? 10n ** BigInt(exponent)
}

function divideRoundingUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor
}

/**
 * Formats a quantity in canonical decimal form, as the API server prints CPU: without a fraction, and with the largest suffix
 * that keeps it whole (`1500m`, `2`, `10k`).
 */
function formatDecimal(nanos: Nanos): string {
  if (nanos === 0n) return '0'
  const suffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E']
  let rest = nanos
  let index = 0
  while (index < suffixes.length - 1 && rest % 1000n === 0n) {
    rest /= 1000n
    index++
  }
  return `${rest}${suffixes[index]}`
}

/**
 * Formats a quantity in canonical binary form, as the API server prints memory: `128Mi`, `1536Mi`, `2Gi`. Fractions of a byte remain
 * decimal.
 */
function formatBinary(nanos: Nanos): string {
  if (nanos % NANOS_PER_UNIT !== 0n) return formatDecimal(nanos)
  const bytes = nanos / NANOS_PER_UNIT
  if (bytes === 0n) return '0'
  let rest = bytes
  let index = -1
  while (index < BINARY_SUFFIXES.length - 1 && rest % 1024n === 0n) {
    rest /= 1024n
    index++
  }
  return `${rest}${index < 0 ? '' : BINARY_SUFFIXES[index]}`
}

export function formatQuantity(resource: ResourceName, nanos: Nanos): string {
  return resource === 'cpu' ? formatDecimal(nanos) : formatBinary(nanos)
}

const MEBIBYTE = 1024n * 1024n * NANOS_PER_UNIT

/** The grain in which Plimsoll writes values: a millicore and a mebibyte. */
export const GRAIN: Readonly<Record<ResourceName, Nanos>> = { cpu: NANOS_PER_MILLI, memory: MEBIBYTE }

export function roundUpToGrain(resource: ResourceName, nanos: Nanos): Nanos {
  return divideRoundingUp(nanos, GRAIN[resource]) * GRAIN[resource]
}

export function roundDownToGrain(resource: ResourceName, nanos: Nanos): Nanos {
  return (nanos / GRAIN[resource]) * GRAIN[resource]
}

/** Relative size of floating-point errors in the learner's numbers, which are ignored: 0.1 + 0.2 cores is 300m, not 301m. */
const DUST = 1e-9

/**
 * Formats CPU as a quantity, rounded up to 1m and at least 1m.
 *
 * @param cores finite, ≥ 0
 * @throws RangeError otherwise
 */
export function cpuQuantity(cores: number): string {
  return formatDecimal(BigInt(Math.max(1, Math.ceil(checked(cores, 'cores') * 1000 * (1 - DUST)))) * NANOS_PER_MILLI)
}

/**
 * Formats memory as a quantity, rounded up to 1Mi and at least 1Mi.
 *
 * @param bytes finite, ≥ 0
 * @throws RangeError otherwise
 */
export function memoryQuantity(bytes: number): string {
  return formatBinary(BigInt(Math.max(1, Math.ceil((checked(bytes, 'bytes') / 2 ** 20) * (1 - DUST)))) * MEBIBYTE)
}

function checked(value: number, unit: string): number {
  if (!(value >= 0 && Number.isFinite(value)))
    throw new RangeError(`expected a finite number of ${unit} ≥ 0, not ${value}`)
  return value
}

/** Cores or bytes as a number, for estimates and display only: exact up to 2⁵³. */
export function toNumber(nanos: Nanos): number {
  return Number(nanos / NANOS_PER_UNIT) + Number(nanos % NANOS_PER_UNIT) / 1e9
}

/** Converts a quantity to cores or bytes as `toNumber` does; undefined if there is no quantity or it cannot be read. */
export function numberOf(quantity: string | undefined): number | undefined {
  const nanos = parseQuantity(quantity)
  return nanos === undefined ? undefined : toNumber(nanos)
}
