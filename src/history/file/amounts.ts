import { MAX_BYTES, MAX_CORES } from '../limits.ts'
import { own } from '../own.ts'
import { type DecimalMark, numberIn, whyNotUsage } from './numbers.ts'
import { type Resource, unitOf } from './units.ts'

/** What programs write where they have no value. */
const GAP = /^(?:|nan|null|none|na|n\/a|#n\/a|nil|<nil>|<null>|undefined|<no value>|\\n|-+|–|—|\?)$/i

/** Whether a cell says that there is no value. */
export function isGap(cell: string): boolean {
  return GAP.test(cell.trim())
}

const WITH_UNIT = /^(.*[\d.])\s*([a-zA-Zµ]+)$/

/** Samples after which numbers without a unit are judged. */
const ENOUGH = 3
/** Numbers without a unit that show another unit: no container has that many cores, and none gets by with less memory. */
const TOO_MANY_CORES = 1_000
const MANY_WHOLE_CORES = 10
const TOO_FEW_BYTES = 2 ** 20

export interface AmountColumn {
  readonly resource: Resource
  /** Name of the column, for messages. */
  readonly name: string
  /** What one stands for in cores or bytes; undefined if the column's name does not say it. */
  readonly unit: number | undefined
  readonly mark: DecimalMark | undefined
}

/** Reads the cells of a column with usage of one resource. */
export class Amounts {
  readonly column: AmountColumn
  readonly #scale: number
  readonly #isPercent: boolean
  readonly #max: number
  /** The first cell that names its unit, such as 200m; undefined if none does. */
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

  /** Cores or bytes; NaN for a gap. Returns why the cell is bad as a text. */
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

  /** Why the numbers of a column without a unit seem to have another one; undefined if they do not. */
  get doubt(): string | undefined {
    const { name, resource } = this.column
    if (this.#plain < ENOUGH) return undefined
    const say = (what: string, ...units: string[]) =>
      `column "${name}" has ${what}, and does not name its unit: say it, as in ` +
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
