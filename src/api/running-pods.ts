import { z } from 'zod'
import { MAX_KIND, Timestamp } from './fields.ts'
import { SloShares } from './slo-shares.ts'
import { Criticality, Goal, Mode } from './vocabulary.ts'

/**
 * What the dashboard needs to know about the Pods of the labelled namespaces, as the leading learner publishes it: far less than the
 * Pods say, and neither their environment nor their commands. Amounts are cores or bytes.
 */

const Amount = z.number().min(0)
const Name = z.string().min(1).max(253)
const Allotment = z.object({ request: Amount.optional(), limit: Amount.optional() })
const PerResource = z.object({ cpu: Allotment, memory: Allotment })

const RunningContainer = z.object({
  name: z.string().min(1).max(63),
  /** Values that the author wrote. */
  author: PerResource,
  /** Values that the Pod carries. */
  now: PerResource,
  oomKills: z.int().min(0),
  restarts: z.int().min(0),
  isCrashing: z.literal(true).optional(),
  /** Usage when it was last sampled; absent if there is no recent sample. */
  used: z.object({ cpuCores: Amount, memoryBytes: Amount }).optional(),
})
export type RunningContainer = z.infer<typeof RunningContainer>

export const RunningPod = z.object({
  workload: z.object({ namespace: Name, kind: z.string().min(1).max(MAX_KIND), name: Name }),
  /** Creation time, RFC 3339; '' if the Pod states none. */
  createdAt: z.string().max(40),
  /** Whether the Pod has ended, and no longer holds its requests. */
  hasEnded: z.literal(true).optional(),
  node: Name.optional(),
  goal: Goal.optional(),
  criticality: Criticality.optional(),
  /** Whether it carries values that somebody set after Plimsoll. */
  isChanged: z.literal(true).optional(),
  /** Containers and native sidecars, without init containers. */
  containers: z.array(RunningContainer),
})
export type RunningPod = z.infer<typeof RunningPod>

const Count = z.int().min(0)

/** Nodes of a group: how many there are, and how many the Pods need with each set of requests. */
const CountedGroup = z.object({
  group: z.string().min(1).max(253),
  present: Count,
  needed: z.object({ current: Count, applied: Count, learned: Count }),
})

/** Nodes that the cluster has and needs, when they were last counted. */
const CountedNodes = z.object({ time: Timestamp, groups: z.array(CountedGroup) })
export type CountedNodes = z.infer<typeof CountedNodes>

export const RunningPods = z.object({
  /** When this was so. */
  time: Timestamp,
  /** Mode of each labelled namespace. */
  modes: z.record(Name, Mode),
  pods: z.array(RunningPod),
  /** Number of Pods that run and belong to no workload. */
  unowned: z.int().min(0),
  /** Number of workloads that were left out because all together would be too large to store. */
  leftOut: z.int().min(0),
  /** How SLOs were met lately; absent if there are none, or all together would be too large to store. */
  slos: SloShares.optional(),
  /** Absent if nodes are not counted. */
  nodes: CountedNodes.optional(),
})
export type RunningPods = z.infer<typeof RunningPods>
