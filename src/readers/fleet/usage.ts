import type { HistorySource, OomKill, ReadOptions, UsageColumns } from '../../history/index.ts'
import { type ContainerFacts, type LookBack, lookBack, type Window, type WorkloadFacts } from '../../insight/index.ts'
import type { MinimumHistory } from '../../learner/index.ts'
import type { Decision } from '../../scoring/index.ts'
import { containerKey, runsToItsEnd, type Workload, workloadKey } from '../../workloads/index.ts'
import { readHistory, type WholeHistory } from '../history/whole-history.ts'
import { PodWatch } from './pod-watch.ts'

/** A history, and what the learner learned from it. */
export interface Usage extends LookBack {
  readonly history: WholeHistory
  readonly pods: PodWatch
}

export interface UsageOptions extends ReadOptions {
  readonly minimumHistory?: MinimumHistory | undefined
  readonly oomKills?: readonly OomKill[]
  /** Decisions that each container really had, to be judged as well. */
  readonly decisionsOf?: (usage: readonly UsageColumns[]) => ReadonlyMap<UsageColumns, readonly Decision[]>
  /** Called once the whole history has been read. */
  readonly onRead?: (history: WholeHistory) => void
  /** Called during learning with the share done (0..1) and what is being done. */
  readonly onLearning?: (share: number, doing: string) => void
}

/**
 * Reads a history and learns from it.
 *
 * @throws HistoryError if it cannot be read, is empty, or no container has two samples
 */
export async function readUsage(source: HistorySource, options: UsageOptions): Promise<Usage> {
  const { minimumHistory, oomKills, decisionsOf, onRead, onLearning, ...reading } = options
  const pods = new PodWatch()
  const watched = { name: source.name, read: (its?: ReadOptions) => pods.watch(source.read(its)) }
  const history = await readHistory(watched, reading)
  onRead?.(history)
  const learned = lookBack(history.usage, {
    stepSeconds: history.stepSeconds,
    ...(minimumHistory && { minimumHistory }),
    ...(oomKills && { oomKills }),
    ...(decisionsOf && { decisions: decisionsOf(history.usage) }),
    ...(onLearning && { onProgress: onLearning }),
  })
  return { history, pods, ...learned }
}

/** The same history, with only these namespaces. */
export function ofNamespaces(source: HistorySource, namespaces: readonly string[] | undefined): HistorySource {
  if (!namespaces) return source
  const kept = new Set(namespaces)
  async function* read(options?: ReadOptions) {
    for await (const samples of source.read(options))
      yield samples.filter(({ container }) => kept.has(container.workload.namespace))
  }
  return { name: `${source.name} (namespace ${namespaces.join(', ')})`, read }
}

export function windowOf({ history: { firstSeconds, lastSeconds, stepSeconds } }: Usage): Window {
  const time = (seconds: number) => new Date(Math.floor(seconds * 1000)).toISOString()
  return { from: time(firstSeconds), to: time(lastSeconds), stepSeconds }
}

/** Whether a workload runs only at times, and reserves its requests only while it runs. */
export function isNowAndThen({ kind }: Pick<Workload, 'kind'>): boolean {
  return runsToItsEnd(kind)
}

/**
 * Number of Pods at the end of a history; for workloads that run only at times, the mean over the history. Undefined if unknown, 0 if
 * there are none any more.
 */
function podsIn({ history, pods }: Usage, workload: Workload, its: readonly UsageColumns[]): number | undefined {
  const { firstSeconds, lastSeconds, stepSeconds } = history
  if (!isNowAndThen(workload)) return pods.runningAt(workload, lastSeconds, stepSeconds)
  const most = Math.max(0, ...its.map(({ length }) => length))
  return (most * stepSeconds) / Math.max(stepSeconds, lastSeconds - firstSeconds)
}

/** Usage of each container and what was learned from it, to add to facts from other sources. */
export class UsageByContainer {
  readonly #usage: Usage
  readonly #byContainer: ReadonlyMap<string, UsageColumns>
  readonly #byWorkload: ReadonlyMap<string, readonly UsageColumns[]>

  constructor(usage: Usage) {
    this.#usage = usage
    const all = usage.history.usage
    this.#byContainer = new Map(all.map((columns) => [containerKey(columns.container), columns]))
    this.#byWorkload = Map.groupBy(all, ({ container }) => workloadKey(container.workload))
  }

  get workloads(): readonly Workload[] {
    return [...this.#byWorkload.values()].map(([first]) => first!.container.workload)
  }

  addTo(workload: Workload, container: ContainerFacts): ContainerFacts {
    const usage = this.#byContainer.get(containerKey({ workload, container: container.name }))
    return usage ? { ...container, usage, ...this.#usage.facts.get(usage) } : container
  }

  /** Facts about a workload from usage alone; undefined if it no longer runs. */
  factsOf(workload: Workload): WorkloadFacts | undefined {
    const its = this.#byWorkload.get(workloadKey(workload)) ?? []
    const pods = podsIn(this.#usage, workload, its)
    if (pods === 0) return undefined
    const containers = its.map(({ container }) => this.addTo(workload, { name: container.container }))
    return { workload, ...(pods !== undefined && { pods }), containers }
  }

  podsOf(workload: Workload): number | undefined {
    return podsIn(this.#usage, workload, this.#byWorkload.get(workloadKey(workload)) ?? [])
  }
}
