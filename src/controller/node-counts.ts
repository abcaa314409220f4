import type { LearnerMetrics } from '../telemetry/index.ts'
import type { Step } from './steps.ts'

/** For each set of requests, how many nodes of each group there are, and how many of them the Pods need. */
export type NodeCounts = readonly {
  readonly requests: string
  readonly groups: readonly { readonly group: string; readonly present: number; readonly needed: number }[]
}[]

export type CountNodes = (signal: AbortSignal) => Promise<NodeCounts>

const EVERY_SECONDS = 3600
/** Number of groups with separate metrics: a cluster may have a group for each size of nodes. */
const MOST = 100
/** Label of all other groups together. */
const OTHERS = 'other groups'

type NodeMetrics = Pick<LearnerMetrics, 'nodesNeeded' | 'nodesPresent'>

/** Counts the nodes that are needed. It takes seconds: no other step should wait for it. */
export function countingNodes(count: CountNodes, metrics: NodeMetrics): Step {
  return {
    what: 'counting nodes',
    everySeconds: EVERY_SECONDS,
    run: async (signal) => {
      // An old count would be taken for a current one.
      let counts: NodeCounts = []
      try {
        counts = await count(signal)
      } finally {
        showNodeCounts(counts, metrics)
      }
    },
  }
}

function showNodeCounts(counts: NodeCounts, { nodesNeeded, nodesPresent }: NodeMetrics): void {
  nodesNeeded.reset()
  nodesPresent.reset()
  const groups = counts[0]?.groups ?? []
  const shown = groups.toSorted((a, b) => b.present - a.present).slice(0, MOST)
  const named = new Set(shown.map(({ group }) => group))
  const labelOf = (group: string) => (named.has(group) ? group : OTHERS)
  for (const { group, present } of groups) nodesPresent.inc({ group: labelOf(group) }, present)
  for (const { requests, groups: its } of counts)
    for (const { group, needed } of its) nodesNeeded.inc({ group: labelOf(group), requests }, needed)
}
