// Runs the targets, one after another, and reports to the program. A separate thread, so that the program can end one that hangs.
import { parentPort, workerData } from 'node:worker_threads'
import fc from 'fast-check'
import { admission } from './admission.ts'
import { answers } from './answers.ts'
import { histories } from './histories.ts'
import { learner } from './learner.ts'
import { manifests } from './manifests.ts'
import { stores } from './stores.ts'
import type { Target } from './target.ts'

export const TARGETS = [
  ...[admission, learner, answers],
  ...[histories, manifests, stores],
] as unknown as readonly Target[]

/** What the program asks for. */
export interface Order {
  readonly seed: number
  /** Factor on the number of cases of each target. */
  readonly times: number
  /** One case alone. */
  readonly only: { readonly target: string; readonly number: number } | undefined
  /** Where this thread counts the cases of the target that it runs: number of the target, then number of the case. */
  readonly counts: Int32Array
}

/** What the program hears. */
export type Report =
  | { readonly target: string; readonly cases: number }
  | { readonly target: string; readonly number: number; readonly error: string; readonly input: string }

/** Longest that a counterexample is made smaller. */
const SHRINK_MILLISECONDS = 20_000
/** Longest text of an input that is printed. */
const MAX_INPUT = 20_000

async function run(target: Target, { seed, times, only, counts }: Order): Promise<Report> {
  counts[1] = 0
  const property = fc.asyncProperty(target.cases, async (input) => {
    Atomics.add(counts, 1, 1)
    await target.check(input)
  })
  // Making a case smaller has a limit of time; finding one has none, so that a slow machine tries as many.
  const find = { numRuns: Math.ceil(target.count * times), endOnFailure: true }
  const shrink = (path: string) => ({
    ...{ numRuns: 1, path },
    ...{ interruptAfterTimeLimit: SHRINK_MILLISECONDS, markInterruptAsFailure: false },
  })
  let details = await fc.check(property, { seed, ...(only ? shrink(`${only.number}`) : find) })
  const cases = counts[1]
  if (details.failed && !only) details = await fc.check(property, { seed, ...shrink(details.counterexamplePath!) })
  if (!details.failed) return { target: target.name, cases }
  const [input] = details.counterexample!
  const shown = JSON.stringify(target.show(input), undefined, 1)
  return {
    target: target.name,
    number: Number.parseInt(details.counterexamplePath!, 10),
    error: textOf(details.errorInstance),
    input: shown.length > MAX_INPUT ? `${shown.slice(0, MAX_INPUT)}… (${shown.length} characters)` : shown,
  }
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return `${error.stack ?? error.message}${error.cause ? `\ncaused by ${textOf(error.cause)}` : ''}`
}

if (parentPort) {
  const order: Order = workerData
  for (const [i, target] of TARGETS.entries()) {
    if (order.only && order.only.target !== target.name) continue
    order.counts[0] = i
    parentPort.postMessage(await run(target, order))
  }
}
