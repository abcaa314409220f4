import { LRUCache } from 'lru-cache'
import type { Pod, Policy } from '../policy/index.ts'
import type { AppliedRecommendation } from '../recommendations/index.ts'
import type { AdmissionConstraints } from '../sizing/index.ts'
import type { AdmissionResponse } from './review.ts'
import { bytesOfJson, isSameJson } from './same-json.ts'

/** Everything that an answer depends on besides its workload. */
export interface Question {
  /** The parts of the Pod that the decision reads: see `readDecisionInput`. */
  readonly input: Pod
  readonly applied: AppliedRecommendation
  readonly policy: Policy
  readonly constraints: AdmissionConstraints
}

/** Cache of answers, for the same question asked again. */
export interface KnownAnswers {
  /** @param place cache key: a workload and a template of its Pods */
  find(place: string, question: Question): AdmissionResponse | undefined
  keep(place: string, question: Question, answer: AdmissionResponse): void
}

const MOST_ENTRIES = 2_000
const MOST_BYTES = 8 * 2 ** 20
/** Larger Pods are decided again each time, so that a few of them cannot displace a thousand other answers. */
const MOST_ENTRY_BYTES = 128 * 2 ** 10
/** Size of an entry besides its place, its input and its answer. */
const ENTRY_BYTES = 512
/** No names of objects and labels that the API server accepts make a longer place. */
const MOST_PLACE_CHARACTERS = 1024

interface Entry {
  readonly input: Pod
  readonly answer: AdmissionResponse
  /** The rest of the question. Weak references, so that the cache keeps nothing in memory that the cluster has replaced. */
  readonly circumstances: readonly WeakRef<object>[]
  readonly concurrentPods: bigint | undefined
}

/**
 * The last answer for each place. Replicas are created in bursts and ask the same question. The Pod is compared by value, and
 * everything from the cluster by identity, so a cached answer is used only if nothing has changed.
 *
 * An answer is cached when a place is asked about for the second time: many templates have only one Pod, and caching an answer for each
 * Pod costs as much garbage collection as deciding.
 */
export class AnswerCache implements KnownAnswers {
  readonly #entries = new LRUCache<string, Entry>({
    max: MOST_ENTRIES,
    maxSize: MOST_BYTES,
    maxEntrySize: MOST_ENTRY_BYTES,
    sizeCalculation: ({ input, answer }, place) =>
      ENTRY_BYTES + bytesOfJson(place) + bytesOfJson(input) + bytesOfJson(answer),
  })

  /** Places that were asked about recently, in two generations: the current one, and the one before it. */
  #asked = new Set<string>()
  #askedBefore = new Set<string>()

  get size(): number {
    return this.#entries.size
  }

  find(place: string, question: Question): AdmissionResponse | undefined {
    const entry = this.#entries.get(place)
    return entry && asks(entry, question) ? entry.answer : undefined
  }

  keep(place: string, question: Question, answer: AdmissionResponse): void {
    if (place.length > MOST_PLACE_CHARACTERS || !this.#wasAsked(place)) return
    const { input, constraints } = question
    const circumstances = circumstancesOf(question).map((one) => new WeakRef(one))
    this.#entries.set(place, { input, answer, circumstances, concurrentPods: constraints.concurrentPods })
  }

  #wasAsked(place: string): boolean {
    if (this.#asked.has(place)) return true
    const wasAsked = this.#askedBefore.has(place)
    if (this.#asked.size >= MOST_ENTRIES) {
      this.#askedBefore = this.#asked
      this.#asked = new Set()
    }
    this.#asked.add(place)
    return wasAsked
  }
}

function circumstancesOf({ applied, policy, constraints: { limits, quotas } }: Question): readonly object[] {
  return [applied, policy, limits, quotas]
}

/** Whether an entry answers a question. */
function asks({ input, circumstances, concurrentPods }: Entry, question: Question): boolean {
  return (
    concurrentPods === question.constraints.concurrentPods &&
    circumstancesOf(question).every((one, i) => one === circumstances[i]!.deref()) &&
    isSameJson(input, question.input)
  )
}
