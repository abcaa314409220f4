import type { Time } from '../../src/clock/index.ts'

/** Time that passes when told, and chance that is chosen. */
export class FakeTime implements Time {
  /** What `random` returns. */
  chance = 0.5
  #wall: number
  /** Not 0, as on no real clock. */
  #elapsed = 1
  readonly #timers = new Set<{ at: number; action: () => void }>()

  constructor(wall = Date.parse('2026-01-01T00:00:00Z')) {
    this.#wall = wall
  }

  now = () => this.#wall
  elapsed = () => this.#elapsed
  random = () => this.chance

  after(milliseconds: number, action: () => void): () => void {
    const timer = { at: this.#elapsed + milliseconds, action }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** How many timers are set. */
  get waiting(): number {
    return this.#timers.size
  }

  /** Lets time pass, and calls what becomes due, in order. */
  advance(milliseconds: number): void {
    const end = this.#elapsed + milliseconds
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.#timers.delete(due)
      this.#pass(due.at)
      due.action()
    }
    this.#pass(end)
  }

  #pass(to: number): void {
    this.#wall += Math.max(0, to - this.#elapsed)
    this.#elapsed = Math.max(to, this.#elapsed)
  }
}
