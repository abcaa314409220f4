import type { ReadProgress } from '../../history/index.ts'
import { formatCount } from '../../insight/index.ts'

type Terminal = Pick<NodeJS.WriteStream, 'write' | 'isTTY'>

const BAR_WIDTH = 30
/** Number of samples after which progress is shown if the end is not known. */
const STEP_SAMPLES = { bar: 20_000, lines: 1_000_000 }
const LINE_SHARE = 0.25
const ERASE_LINE = '\r\u001B[K'

/** Shows progress: a bar on a terminal, and elsewhere a line for each quarter. */
export class Progress {
  readonly #out: Terminal
  readonly #isBar: boolean
  #step = 0

  constructor(out: Terminal, term = process.env.TERM) {
    this.#out = out
    this.#isBar = out.isTTY && term !== 'dumb'
  }

  show({ samples, share }: ReadProgress): void {
    const unit = share === undefined ? STEP_SAMPLES[this.#isBar ? 'bar' : 'lines'] : this.#isBar ? 0.01 : LINE_SHARE
    const step = Math.floor((share ?? samples) / unit)
    if (step <= this.#step) return
    this.#step = step
    this.#draw(share, `${formatCount(samples)} samples`)
  }

  /**
   * @param share share that is done, 0..1
   * @param doing what is being done
   */
  showShare(share: number, doing: string): void {
    const step = Math.floor(share / (this.#isBar ? 0.01 : LINE_SHARE))
    if (step <= this.#step) return
    this.#step = step
    this.#draw(share, doing)
  }

  #draw(share: number | undefined, what: string): void {
    const text = share === undefined ? what : `${percent(share)}  ${what}`
    this.#out.write(this.#isBar ? `${ERASE_LINE}  ${bar(share)}${text}` : `  ${text}\n`)
  }

  /** Removes the bar. */
  end(): void {
    if (this.#isBar) this.#out.write(ERASE_LINE)
  }
}

function bar(share: number | undefined): string {
  if (share === undefined) return ''
  const done = Math.round(share * BAR_WIDTH)
  return `${'█'.repeat(done)}${'░'.repeat(BAR_WIDTH - done)} `
}

function percent(share: number): string {
  return `${String(Math.floor(share * 100)).padStart(3)} %`
}
