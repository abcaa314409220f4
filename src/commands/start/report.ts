import type { Revision } from '../../api/index.ts'
import { costPerMonth, type Price } from '../../insight/index.ts'
import {
  DECISION_ANNOTATION,
  type DecisionRecord,
  explainReason,
  type Pod,
  type ReasonCode,
  readContainers,
} from '../../policy/index.ts'
import type { Manifest } from '../../readers/index.ts'
import { RESOURCES, type ResourceName, readable, toNumber } from '../../resources/index.ts'
import { runsToItsEnd } from '../../workloads/index.ts'
import { explainContainer, type ResourceChange } from './why.ts'

/** One Pod before and after the webhook. */
export interface Case {
  readonly manifest: Pick<Manifest, 'kind' | 'namespace' | 'name' | 'replicas'>
  readonly before: Pod
  readonly after: Pod
  /** Reason codes in the webhook's answer, for the Pod as a whole. */
  readonly reasons: readonly ReasonCode[]
  /** What was learned for the workload; undefined if nothing was. */
  readonly learned: Revision | undefined
}

/** A request before and after, in cores or bytes; undefined if there is none. */
export interface Change {
  readonly before: number | undefined
  readonly after: number | undefined
}

interface ContainerRow {
  readonly name: string
  readonly cpu: Change
  readonly memory: Change
  readonly why: string
  /** Saving in dollars a month for all replicas, negative if it costs more; undefined if no prices apply. */
  readonly saved: number | undefined
}

export interface WorkloadRow {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly replicas: number
  readonly containers: readonly ContainerRow[]
}

export interface Report {
  /** Workloads that save most first; in the order of the cases if there are no prices. */
  readonly rows: readonly WorkloadRow[]
  /**
   * Sums over all replicas of what is always reserved: without CronJobs and Jobs, and with each DaemonSet on one node.
   */
  readonly total: {
    readonly pods: number
    readonly cpu: Change
    readonly memory: Change
    readonly saved: number | undefined
  }
}

/**
 * Compares Pods before and after the webhook.
 *
 * @param prices undefined if the requests of the authors are not known, so that there is no saving to report
 */
export function reportOf(cases: readonly Case[], prices: Price | undefined): Report {
  const rows = cases.map((one) => rowOf(one, prices))
  if (prices) rows.sort((a, b) => savedBy(b) - savedBy(a))
  const counted = rows.filter(isAlwaysReserved)
  const sum = (figureOf: (container: ContainerRow, replicas: number) => number | undefined) =>
    counted
      .flatMap(({ containers, replicas }) => containers.flatMap((container) => figureOf(container, replicas) ?? []))
      .reduce<number | undefined>((total = 0, value) => total + value, undefined)
  const overReplicas = (changeOf: (container: ContainerRow) => Change): Change => {
    const times = (value: number | undefined, replicas: number) => (value === undefined ? undefined : value * replicas)
    return {
      before: sum((container, replicas) => times(changeOf(container).before, replicas)),
      after: sum((container, replicas) => times(changeOf(container).after, replicas)),
    }
  }
  return {
    rows,
    total: {
      pods: counted.reduce((pods, { replicas }) => pods + replicas, 0),
      cpu: overReplicas(({ cpu }) => cpu),
      memory: overReplicas(({ memory }) => memory),
      saved: sum(({ saved }) => saved),
    },
  }
}

/** Saving of a workload, for sorting; workloads without a price come last. */
function savedBy({ containers }: WorkloadRow): number {
  return containers.reduce((sum, { saved }) => sum + (saved ?? Number.NEGATIVE_INFINITY), 0)
}

/**
 * Whether a workload always reserves something. Pods of a CronJob or Job do so only while they run, and a manifest does
 * not say how long that is.
 */
export function isAlwaysReserved({ kind }: Pick<WorkloadRow, 'kind'>): boolean {
  return !runsToItsEnd(kind)
}

function rowOf({ manifest, before, after, reasons, learned }: Case, prices: Price | undefined): WorkloadRow {
  const { kind, namespace, name, replicas } = manifest
  const record = recordOf(after)
  const were = readContainers(before)
  const containers = readContainers(after).flatMap((slot, i): ContainerRow[] => {
    if (slot.kind === 'init') return []
    const was = were[i]!.carried
    const evidence = learned?.containers.find(({ name }) => name === slot.name)?.evidence
    const changes = Object.fromEntries(
      RESOURCES.map((resource): [ResourceName, ResourceChange] => {
        const codes = (record?.reasons[`${slot.name}.${resource}`] ?? []) as readonly ReasonCode[]
        return [resource, { was: readable(was[resource]), is: readable(slot.carried[resource]), reasons: codes }]
      }),
    ) as Record<ResourceName, ResourceChange>
    const why = record ? explainContainer(changes, evidence, learned?.goal) : reasons.map(explainReason).join('; ')
    const [cpu, memory] = [changeOf(changes.cpu), changeOf(changes.memory)]
    const saved =
      prices && isAlwaysReserved({ kind })
        ? replicas * (cost(cpu.before, memory.before, prices) - cost(cpu.after, memory.after, prices))
        : undefined
    return [{ name: slot.name, cpu, memory, why, saved }]
  })
  return { kind, namespace, name, replicas, containers }
}

function recordOf(pod: Pod): DecisionRecord | undefined {
  const annotation = pod.metadata?.annotations?.[DECISION_ANNOTATION]
  return annotation === undefined ? undefined : (JSON.parse(annotation) as DecisionRecord)
}

function changeOf({ was, is }: ResourceChange): Change {
  return {
    before: was.request === undefined ? undefined : toNumber(was.request),
    after: is.request === undefined ? undefined : toNumber(is.request),
  }
}

function cost(cores = 0, bytes = 0, prices: Price): number {
  return costPerMonth(cores, bytes, prices)
}
