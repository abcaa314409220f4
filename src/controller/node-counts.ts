import type { CountedNodes } from '../api/index.ts'
import type { Time } from '../clock/index.ts'
import type { LearnerMetrics } from '../telemetry/index.ts'
import type { Step } from './steps.ts'

/** How many nodes of a group there are, and how many of them the Pods need with each set of requests. */
export type NodeCount = CountedNodes['groups'][number]
export type CountNodes = (signal: AbortSignal) => Promise<readonly NodeCount[]>

const EVERY_SECONDS = 3600
/** Number of groups that are shown separately: a cluster may have a group for each size of nodes. */
const MOST = 100
/** Name of all other groups together. */
const OTHERS = 'other groups'

type NodeMetrics = Pick<LearnerMetrics, 'nodesNeeded' | 'nodesPresent'>

/** The nodes that are needed: counted every hour, shown as metrics, and published for the dashboard. */
export class NodeCounts {
  readonly #metrics: NodeMetrics
  readonly #time: Time
  #counted: CountedNodes | undefined

  constructor(metrics: NodeMetrics, time: Time) {
    this.#metrics = metrics
    this.#time = time
  }

  /** The last count; undefined if there is none, or the last attempt failed. */
  get counted(): CountedNodes | undefined {
    return this.#counted
  }

  /** Counts the nodes. It takes seconds: no other step should wait for it. */
  step(count: CountNodes): Step {
    return {
      what: 'counting nodes',
      everySeconds: EVERY_SECONDS,
      run: async (signal) => {
        // An old count would be taken for a current one.
        let groups: readonly NodeCount[] | undefined
        try {
          groups = fewer(await count(signal))
        } finally {
          this.#counted = groups && { time: new Date(this.#time.now()).toISOString(), groups: [...groups] }
          show(groups ?? [], this.#metrics)
        }
      },
    }
  }
}

/** The largest groups, and all others as one. */
function fewer(groups: readonly NodeCount[]): NodeCount[] {
  const sorted = groups.toSorted((a, b) => b.present - a.present)
  const [first, ...rest] = sorted.slice(MOST)
  if (!first) return sorted
  const others = rest.reduce(
    (sum, { present, needed }) => ({
      group: OTHERS,
      present: sum.present + present,
      needed: {
        current: sum.needed.current + needed.current,
        applied: sum.needed.applied + needed.applied,
        learned: sum.needed.learned + needed.learned,
      },
    }),
    { ...first, group: OTHERS },
  )
  return [...sorted.slice(0, MOST), others]
}

function show(groups: readonly NodeCount[], { nodesNeeded, nodesPresent }: NodeMetrics): void {
  nodesNeeded.reset()
  nodesPresent.reset()
  for (const { group, present, needed } of groups) {
    nodesPresent.set({ group }, present)
    for (const [requests, count] of Object.entries(needed)) nodesNeeded.set({ group, requests }, count)
  }
}
