import { Allowance, PURPOSES, type Purpose, WRITE_BUDGETS, type WriteBudget } from './write-budgets.ts'

/** A write that waits for its turn. */
export interface PendingWrite {
  readonly purpose: Purpose
  /** What is written. A new write replaces a waiting one of the same key, and inherits its place and its failures. */
  readonly key: string
  /** Namespaces take turns. */
  readonly namespace: string
  /** Requests that it takes: two where the object has to be created first. */
  readonly requests: number
  /** Once refused as invalid, it is not tried again while this stays the same. */
  readonly content: string
  /** Names the object in logs. */
  readonly about: object
  /** @returns false if there was nothing to write after all */
  run(signal: AbortSignal): Promise<boolean>
  /** The API server has refused it as invalid, for the first time with this content. */
  onRefused?(error: Error): void
}

/** What is remembered of a key until it is no longer offered. */
interface Attempts {
  readonly purposes: ReadonlySet<Purpose>
  /** Since when it waits, or its last failure. */
  sinceMilliseconds: number
  failures: number
  notBeforeMilliseconds: number
  refusedContent: string | undefined
}

const FIRST_WAIT_MILLISECONDS = 5_000
const LONGEST_WAIT_MILLISECONDS = 5 * 60_000

/**
 * Decides which write comes next. Each purpose has its own budget; what one leaves goes to those that may borrow. Within a purpose,
 * namespaces take turns, and within a namespace the write that has waited longest comes first. One that failed goes behind and
 * waits twice as long each time (5 s to 5 minutes); one that was refused as invalid waits until it would write something else.
 * So nothing that always fails, and no busy namespace, keeps others from being written.
 *
 * All times are milliseconds of a clock that only goes forward; it is handed in.
 */
export class WriteQueue {
  readonly #purposes: readonly PurposeQueue[]
  readonly #attempts = new Map<string, Attempts>()
  /** Writes that no allowance was charged for. */
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

  /** Says what is now due of these purposes, and that nothing else is: whatever else waited is dropped. */
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

  /** @returns the write whose turn it is, which waits no longer; undefined if none may be written now */
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

  /** It is written. */
  succeeded({ key }: PendingWrite, nowMilliseconds: number): void {
    const attempts = this.#attempts.get(key)
    if (attempts) Object.assign(attempts, unattempted(nowMilliseconds))
  }

  /** There was nothing to write after all. */
  unneeded(write: PendingWrite, nowMilliseconds: number): void {
    if (!this.#borrowed.has(write)) this.#queueOf(write).allowance.giveBack(write.requests)
    this.succeeded(write, nowMilliseconds)
  }

  /** @param isRefused as invalid: it can never succeed as it is */
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

  /** How many writes of a purpose wait. */
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
  /** When each waiting namespace last had its turn: a number that grows. */
  readonly servedAt: Map<string, number>
}
