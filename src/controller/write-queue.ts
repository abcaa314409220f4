import { Allowance, PURPOSES, type Purpose, WRITE_BUDGETS, type WriteBudget } from './write-budgets.ts'

/** A write that waits for its turn. */
export interface PendingWrite {
  readonly purpose: Purpose
  /** Identifies what is written. A new write replaces a waiting one with the same key, and inherits its place and its failures. */
  readonly key: string
  /** Namespace of the object; namespaces take turns. */
  readonly namespace: string
  /** Number of requests that the write needs: two if the object has to be created first. */
  readonly requests: number
  /** Content of the write: a write that was refused as invalid is not tried again until this changes. */
  readonly content: string
  /** Fields that name the object in logs. */
  readonly about: object
  /** @returns false if no write was needed */
  run(signal: AbortSignal): Promise<boolean>
  /** Called when the API server has refused the write as invalid, for the first time with this content. */
  onRefused?(error: Error): void
}

/** State of a key, kept until it is no longer offered. */
interface Attempts {
  readonly purposes: ReadonlySet<Purpose>
  /** Time from which it waits: when it was first offered or last written, or its last failure. */
  sinceMilliseconds: number
  failures: number
  notBeforeMilliseconds: number
  refusedContent: string | undefined
}

const FIRST_WAIT_MILLISECONDS = 5_000
const LONGEST_WAIT_MILLISECONDS = 5 * 60_000

/**
 * Decides which write is next. Each purpose has a separate budget; what one does not use goes to those that may borrow. Within a
 * purpose, namespaces take turns, and within a namespace the write that has waited longest is first. A failed write goes to the end and
 * waits twice as long each time (5 s to 5 minutes); one that was refused as invalid waits until its content changes. So neither a write
 * that always fails nor a busy namespace blocks others.
 *
 * All times are passed in, as milliseconds of a monotonic clock.
 */
export class WriteQueue {
  readonly #purposes: readonly PurposeQueue[]
  readonly #attempts = new Map<string, Attempts>()
  /** Writes that are not charged to any budget. */
  readonly #borrowed = new WeakSet<PendingWrite>()
  #turns = 0

  constructor(budgets: Readonly<Record<Purpose, WriteBudget>> = WRITE_BUDGETS) {
    this.#purposes = PURPOSES.map((purpose) => ({
      purpose,
      budget: budgets[purpose],
      allowance: new Allowance(budgets[purpose]),
      waiting: new Map(),
      servedAt: new Map(),
    }))
  }

  /** Replaces the waiting writes of these purposes with those that are due now; all others are dropped. */
  offer(purposes: readonly Purpose[], writes: Iterable<PendingWrite>, nowMilliseconds: number): void {
    const offered = new Set<string>()
    const kinds = new Set(purposes)
    for (const { waiting } of this.#of(kinds)) waiting.clear()
    for (const write of writes) {
      offered.add(write.key)
      const attempts = this.#attempts.get(write.key)
      if (!attempts) this.#attempts.set(write.key, { purposes: kinds, ...unattempted(nowMilliseconds) })
      if (attempts?.refusedContent !== write.content) this.#queueOf(write).waiting.set(write.key, write)
    }
    for (const [key, attempts] of this.#attempts)
      if (!offered.has(key) && purposes.some((purpose) => attempts.purposes.has(purpose))) this.#attempts.delete(key)
    for (const { waiting, servedAt } of this.#of(kinds)) {
      const namespaces = new Set(Array.from(waiting.values(), ({ namespace }) => namespace))
      for (const namespace of servedAt.keys()) if (!namespaces.has(namespace)) servedAt.delete(namespace)
    }
  }

  /** @returns the next write, removed from the queue; undefined if none may be written now */
  next(nowMilliseconds: number): PendingWrite | undefined {
    let borrower: { readonly queue: PurposeQueue; readonly write: PendingWrite } | undefined
    for (const queue of this.#purposes) {
      const write = this.#first(queue, nowMilliseconds)
      if (!write) continue
      if (queue.allowance.has(nowMilliseconds)) {
        queue.allowance.spend(write.requests)
        return this.#take(queue, write)
      }
      if (queue.budget.mayBorrow) borrower ??= { queue, write }
    }
    if (borrower) this.#borrowed.add(borrower.write)
    return borrower && this.#take(borrower.queue, borrower.write)
  }

  /** Reports that the write succeeded. */
  succeeded({ key }: PendingWrite, nowMilliseconds: number): void {
    const attempts = this.#attempts.get(key)
    if (attempts) Object.assign(attempts, unattempted(nowMilliseconds))
  }

  /** Reports that no write was needed. */
  unneeded(write: PendingWrite, nowMilliseconds: number): void {
    if (!this.#borrowed.has(write)) this.#queueOf(write).allowance.giveBack(write.requests)
    this.succeeded(write, nowMilliseconds)
  }

  /**
   * Reports that the write failed.
   *
   * @param isRefused the API server refused it as invalid, so it cannot succeed with this content
   */
  failed(write: PendingWrite, nowMilliseconds: number, isRefused: boolean): void {
    const attempts = this.#attempts.get(write.key)
    // It is no longer due.
    if (!attempts) return
    const wait = Math.min(LONGEST_WAIT_MILLISECONDS, FIRST_WAIT_MILLISECONDS * 2 ** attempts.failures++)
    attempts.notBeforeMilliseconds = nowMilliseconds + wait
    attempts.sinceMilliseconds = nowMilliseconds
    const newer = this.#purposes.find(({ waiting }) => waiting.has(write.key))?.waiting
    if (isRefused) {
      attempts.refusedContent = write.content
      if (newer?.get(write.key)?.content === write.content) newer.delete(write.key)
    } else if (!newer) this.#queueOf(write).waiting.set(write.key, write)
  }

  /** Number of writes of a purpose that wait. */
  waiting(purpose: Purpose): number {
    return this.#queueOf({ purpose }).waiting.size
  }

  #first({ waiting, servedAt }: PurposeQueue, nowMilliseconds: number): PendingWrite | undefined {
    let first: PendingWrite | undefined
    let firstRank: readonly [number, number] | undefined
    for (const write of waiting.values()) {
      const { notBeforeMilliseconds, sinceMilliseconds } = this.#attempts.get(write.key)!
      if (nowMilliseconds < notBeforeMilliseconds) continue
      const rank = [servedAt.get(write.namespace) ?? 0, sinceMilliseconds] as const
      if (firstRank && (rank[0] - firstRank[0] || rank[1] - firstRank[1]) >= 0) continue
      first = write
      firstRank = rank
    }
    return first
  }

  #take({ waiting, servedAt }: PurposeQueue, write: PendingWrite): PendingWrite {
    waiting.delete(write.key)
    servedAt.set(write.namespace, ++this.#turns)
    return write
  }

  #queueOf({ purpose }: Pick<PendingWrite, 'purpose'>): PurposeQueue {
    return this.#purposes[PURPOSES.indexOf(purpose)]!
  }

  #of(purposes: ReadonlySet<Purpose>): readonly PurposeQueue[] {
    return this.#purposes.filter(({ purpose }) => purposes.has(purpose))
  }
}

function unattempted(sinceMilliseconds: number): Omit<Attempts, 'purposes'> {
  return {
    sinceMilliseconds,
    failures: 0,
    notBeforeMilliseconds: Number.NEGATIVE_INFINITY,
    refusedContent: undefined,
  }
}

interface PurposeQueue {
  readonly purpose: Purpose
  readonly budget: WriteBudget
  readonly allowance: Allowance
  readonly waiting: Map<string, PendingWrite>
  /** When each waiting namespace last had its turn, as the number of that turn. */
  readonly servedAt: Map<string, number>
}
