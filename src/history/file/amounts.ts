import { MAX_BYTES, MAX_CORES } from '../limits.ts'
import { own } from '../own.ts'
import { type DecimalMark, numberIn, whyNotUsage } from './numbers.ts'
import { type Resource, unitOf } from './units.ts'

/** What programs write for a missing value. */
const GAP = /^(?:|nan|null|none|na|n\/a|#n\/a|nil|<nil>|<null>|undefined|<no value>|\\n|-+|–|—|\?)$/i

/** Whether a cell has no value. */
export function isGap(cell: string): boolean {
  return GAP.test(cell.trim())
}

const WITH_UNIT = /^(.*[\d.])\s*([a-zA-Zµ]+)$/

/** Number of samples after which numbers without a unit are judged. */
const ENOUGH = 3
/** Numbers without a unit beyond these probably have another unit: no container has that many cores, or so little memory. */
const TOO_MANY_CORES = 1_000
const MANY_WHOLE_CORES = 10
const TOO_FEW_BYTES = 2 ** 20

export interface AmountColumn {
  readonly resource: Resource
  /** Name of the column, for messages. */
  readonly name: string
  /** Cores or bytes of one unit; undefined if the column's name does not contain the unit. */
  readonly unit: number | undefined
  readonly mark: DecimalMark | undefined
}

/** Reads the cells of a column with usage of one resource. */
export class Amounts {
  readonly column: AmountColumn
  readonly #scale: number
  readonly #isPercent: boolean
  readonly #max: number
  /** The first cell with a unit, such as 200m; undefined if there is none. */
  withUnit: string | undefined
  #plain = 0
  #most = 0
  #areWhole = true

  constructor(column: AmountColumn) {
    this.column = column
    this.#scale = column.unit ?? 1
    this.#isPercent = column.unit === unitOf('cpu', 'percent')
    this.#max = column.resource === 'cpu' ? MAX_CORES : MAX_BYTES
  }

  /** Cores or bytes; NaN for a gap. For a bad cell, returns the reason as a text. */
  read(cell: string): number | string {
    const { mark } = this.column
    const text = this.#isPercent && cell.endsWith('%') ? cell.slice(0, -1) : cell
    let value = numberIn(text, mark)
    if (!Number.isNaN(value)) {
      if (this.column.unit === undefined) this.#watch(value)
      value *= this.#scale
    } else {
      if (isGap(text)) return Number.NaN
      value = this.#withUnit(text)
    }
    return whyNotUsage(this.column.name, cell, value, this.#max) ?? value
  }

  /** Why the numbers of a column without a unit seem to have another unit; undefined if they do not. */
  get doubt(): string | undefined {
    const { name, resource } = this.column
    if (this.#plain < ENOUGH) return undefined
    const say = (what: string, ...units: string[]) =>
      `column "${name}" has ${what}, and its name has no unit: set the unit with ` +
      units.map((unit) => `--columns ${resource}="${name}:${unit}"`).join(' or ')
    if (resource === 'memory') {
      const isOdd = this.#most > 0 && this.#most < TOO_FEW_BYTES
      return isOdd ? say(`no number above ${this.#most}, which is little for bytes`, 'MiB', 'bytes') : undefined
    }
    if (this.#most > TOO_MANY_CORES || (this.#areWhole && this.#most >= MANY_WHOLE_CORES)) {
      return say(`numbers up to ${this.#most}, which is a lot for cores`, 'millicores', 'nanocores', 'cores')
    }
    return undefined
  }

  #watch(value: number): void {
    this.#plain++
    if (value > this.#most) this.#most = value
    if (this.#areWhole && !Number.isInteger(value)) this.#areWhole = false
  }

  #withUnit(text: string): number {
    const [, number, unit] = WITH_UNIT.exec(text.trim()) ?? []
    const scale = unit === undefined ? undefined : unitOf(this.column.resource, unit)
    if (scale === undefined) return Number.NaN
    this.withUnit ??= own(text)
    return numberIn(number!, this.column.mark) * scale
  }
}
