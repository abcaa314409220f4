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
/** Larger Pods are decided anew each time, so that a few of them cannot displace the answers of a thousand others. */
const MOST_ENTRY_BYTES = 128 * 2 ** 10
/** What an entry takes besides its place, its input and its answer. */
const ENTRY_BYTES = 512

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
 */
export class AnswerCache implements KnownAnswers {
  readonly #entries = new LRUCache<string, Entry>({
    max: MOST_ENTRIES,
    maxSize: MOST_BYTES,
    maxEntrySize: MOST_ENTRY_BYTES,
    sizeCalculation: ({ input, answer }, place) =>
      ENTRY_BYTES + bytesOfJson(place) + bytesOfJson(input) + bytesOfJson(answer),
  })

  get size(): number {
    return this.#entries.size
  }

  find(place: string, question: Question): AdmissionResponse | undefined {
    const entry = this.#entries.get(place)
    return entry && asks(entry, question) ? entry.answer : undefined
  }

  keep(place: string, question: Question, answer: AdmissionResponse): void {
    const { input, constraints } = question
    const circumstances = circumstancesOf(question).map((one) => new WeakRef(one))
    this.#entries.set(place, { input, answer, circumstances, concurrentPods: constraints.concurrentPods })
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
