import type { HistorySource, OomKill, ReadOptions, UsageColumns } from '../../history/index.ts'
import { type ContainerFacts, type LookBack, lookBack, type Window, type WorkloadFacts } from '../../insight/index.ts'
import type { MinimumHistory } from '../../learner/index.ts'
import type { Decision } from '../../scoring/index.ts'
import { containerKey, type Workload, workloadKey } from '../../workloads/index.ts'
import { readHistory, type WholeHistory } from '../history/whole-history.ts'
import { PodWatch } from './pod-watch.ts'

/** A history that was read, and what the learner made of it. */
export interface Usage extends LookBack {
  readonly history: WholeHistory
  readonly pods: PodWatch
}

export interface UsageOptions extends ReadOptions {
  readonly minimumHistory?: MinimumHistory | undefined
  readonly oomKills?: readonly OomKill[]
  /** What each container had, to be judged as well. */
  readonly decisionsOf?: (usage: readonly UsageColumns[]) => ReadonlyMap<UsageColumns, readonly Decision[]>
  /** Called once all is read, and as learning goes on. */
  readonly onRead?: (history: WholeHistory) => void
  readonly onLearning?: (share: number, doing: string) => void
}

/** @throws HistoryError where it cannot be read, or holds nothing to go by */
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

/** The same history, of these namespaces alone. */
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

/** What runs now and then, and reserves only while it does. */
export function isNowAndThen({ kind }: Pick<Workload, 'kind'>): boolean {
  return kind === 'CronJob' || kind === 'Job'
}

/** Pods at the end of a history; of what runs now and then the mean over it. Undefined: not known; 0: none any more. */
function podsIn({ history, pods }: Usage, workload: Workload, its: readonly UsageColumns[]): number | undefined {
  const { firstSeconds, lastSeconds, stepSeconds } = history
  if (!isNowAndThen(workload)) return pods.runningAt(workload, lastSeconds, stepSeconds)
  const most = Math.max(0, ...its.map(({ length }) => length))
  return (most * stepSeconds) / Math.max(stepSeconds, lastSeconds - firstSeconds)
}

/** Each container's usage and what was learned from it, with its facts from elsewhere. */
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

  /** What usage alone tells of a workload; undefined where it no longer runs. */
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
