import { LRUCache } from 'lru-cache'
import type { Pod, Policy } from '../policy/index.ts'
import type { AppliedRecommendation } from '../recommendations/index.ts'
import type { AdmissionConstraints } from '../sizing/index.ts'
import type { AdmissionResponse } from './review.ts'
import { bytesOfJson, isSameJson } from './same-json.ts'

/** Everything that an answer depends on besides its workload. */
export interface Question {
  /** What the decision reads of the Pod: see `readDecisionInput`. */
  readonly input: Pod
  readonly applied: AppliedRecommendation
  readonly policy: Policy
  readonly constraints: AdmissionConstraints
}

/** Answers that were given, to be given again to the same question. */
export interface KnownAnswers {
  /** @param place what the question is about: a workload and a template of its Pods */
  find(place: string, question: Question): AdmissionResponse | undefined
  keep(place: string, question: Question, answer: AdmissionResponse): void
}

const MOST_ENTRIES = 2_000
const MOST_BYTES = 8 * 2 ** 20
/** Larger Pods are decided again each time, so that a few of them cannot displace the answers of a thousand others. */
const MOST_ENTRY_BYTES = 128 * 2 ** 10
/** What an entry takes besides its place, its input and its answer. */
const ENTRY_BYTES = 512
/** A longer place is no name of objects and labels that the API server accepts. */
const MOST_PLACE_CHARACTERS = 1024

interface Entry {
  readonly input: Pod
  readonly answer: AdmissionResponse
  /** The rest of the question. Nothing that the cluster has replaced since is kept in memory for a comparison. */
  readonly circumstances: readonly WeakRef<object>[]
  readonly concurrentPods: bigint | undefined
}

/**
 * The last answer for each place. Replicas come in bursts and ask the same question. The Pod is compared by value, and what comes from
 * the cluster by identity, so an answer is given again only if nothing has changed.
 *
 * An answer is kept when a place is asked about for the second time: many templates have one Pod, and what is kept for each Pod costs
 * as much in garbage collection as the decision.
 */
export class AnswerCache implements KnownAnswers {
  readonly #entries = new LRUCache<string, Entry>({
    max: MOST_ENTRIES,
    maxSize: MOST_BYTES,
    maxEntrySize: MOST_ENTRY_BYTES,
    sizeCalculation: ({ input, answer }, place) =>
      ENTRY_BYTES + bytesOfJson(place) + bytesOfJson(input) + bytesOfJson(answer),
  })

  /** Places that were asked about of late: those since a moment, and those before it. */
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

/** Whether an entry is the answer to a question. */
function asks({ input, circumstances, concurrentPods }: Entry, question: Question): boolean {
  return (
    concurrentPods === question.constraints.concurrentPods &&
    circumstancesOf(question).every((one, i) => one === circumstances[i]!.deref()) &&
    isSameJson(input, question.input)
  )
}
