import type { Labels, NoWorkload } from '../history/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'

/** Maximum number of names that are kept of each kind; all are counted. */
const MAX_NAMES = 100_000

/** Why a point of an answer was not used. */
export type BadPoint = 'malformed' | 'outOfOrder' | 'outsideTheWindow' | 'notFinite' | 'impossible' | 'noSuchName'

/**
 * What happened to everything in a store's answers: points in = points used + points left out, each with its reason. Several readings
 * may share one account.
 */
export class ReadingAccount {
  /** Points of container usage in the answers. */
  points = 0
  /** Points that were used as a value of a sample. */
  used = 0
  readonly badPoints = new Map<BadPoint, number>()
  /** Points of Pods that belong to no workload, or to another cluster. */
  pointsOfOthers = 0
  /** Pods that are left out, as `namespace/name`, by reason. */
  readonly podsLeftOut = new Map<NoWorkload, Set<string>>()
  /** Workloads whose kind was guessed from the names of their Pods, or whose name from the name of one run, by key. */
  readonly guessed = { kind: new Map<string, Workload>(), run: new Map<string, Workload>() }
  /** Pods with series that were left out because their labels belong to another cluster: `namespace/name`, by these labels. */
  readonly otherClusters = new Map<string, Set<string>>()
  /** Pods, as `namespace/name`, that do not run in the cluster although the store has current usage for them. */
  readonly unknownPods = new Set<string>()

  bad(why: BadPoint, count = 1): void {
    if (count > 0) this.badPoints.set(why, (this.badPoints.get(why) ?? 0) + count)
  }

  leftOut(why: NoWorkload, namespace: string, pod: string): void {
    const pods = this.podsLeftOut.get(why) ?? new Set<string>()
    this.podsLeftOut.set(why, pods)
    if (pods.size < MAX_NAMES) pods.add(`${namespace}/${pod}`)
  }

  /** @param names labels that distinguish clusters */
  ofAnother(series: Labels, names: readonly string[]): void {
    const spelled = names.map((name) => `${name}=${JSON.stringify(series[name] ?? '')}`).join(',')
    const pods = this.otherClusters.get(spelled) ?? new Set<string>()
    this.otherClusters.set(spelled, pods)
    if (pods.size < MAX_NAMES) pods.add(`${series.namespace}/${series.pod}`)
  }

  unknownPod(namespace: string, pod: string): void {
    if (this.unknownPods.size < MAX_NAMES) this.unknownPods.add(`${namespace}/${pod}`)
  }

  guess(what: 'kind' | 'run', workload: Workload): void {
    const guessed = this.guessed[what]
    if (guessed.size < MAX_NAMES) guessed.set(workloadKey(workload), workload)
  }
}

/** What was left out or assumed, one sentence each, for people. */
export interface Remark {
  readonly code: 'PodsLeftOut' | 'OwnersGuessed' | 'RowsLeftOut'
  readonly says: string
  readonly act?: string
}

const WHO: Readonly<Record<NoWorkload, (isOne: boolean) => string>> = {
  bare: () => 'without a controller',
  job: (isOne) => `of ${isOne ? 'a Job' : 'Jobs'} without a CronJob`,
  static: (isOne) => `that ${isOne ? 'is' : 'are'} static`,
  unknown: (isOne) =>
    `whose ${isOne ? 'owner is' : 'owners are'} unknown, and cannot be guessed from the ${isOne ? 'name' : 'names'}`,
}

const BAD: Readonly<Record<BadPoint, string>> = {
  malformed: 'not a time and a number',
  outOfOrder: 'not later than the point before',
  outsideTheWindow: 'at times outside the queried range',
  notFinite: 'not finite',
  impossible: 'negative, or more than any machine has',
  noSuchName: 'with names that no object can have',
}

const NAMED = 5

/** What to do where kinds of workloads, or their names, are guessed. */
const PROMETHEUS_ADVICE = {
  owners: 'Let it scrape kube-state-metrics.',
  labels: 'Let kube-state-metrics export them: --metric-labels-allowlist=pods=[…].',
}

/** Describes what was left out, and what was guessed. */
export function remarksOn(account: ReadingAccount, advice = PROMETHEUS_ADVICE): Remark[] {
  const remarks: Remark[] = []
  for (const [why, pods] of account.podsLeftOut) {
    const isOne = pods.size === 1
    remarks.push({
      code: 'PodsLeftOut',
      says: `${count(pods.size, 'Pod')} ${WHO[why](isOne)} ${isOne ? 'is' : 'are'} left out: ${some([...pods].sort())}.`,
      ...(why !== 'static' && { act: 'The Pod label plimsoll.dev/workload sets the name of the workload.' }),
    })
  }
  const { kind, run } = account.guessed
  if (kind.size > 0) {
    remarks.push({
      code: 'OwnersGuessed',
      says: `${guessed('kind', kind)} guessed from the names of Pods, because the store does not have their owners: ${named(kind)}.`,
      act: advice.owners,
    })
  }
  if (run.size > 0) {
    remarks.push({
      code: 'OwnersGuessed',
      says: `${guessed('name', run)} guessed from the names of single runs, because the store does not have the labels of Pods: ${named(run)}.`,
      act: advice.labels,
    })
  }
  const bad = [...account.badPoints].filter(([why]) => why !== 'notFinite')
  const sum = bad.reduce((total, [, number]) => total + number, 0)
  if (sum > 0) {
    const reasons = bad.map(([why, number]) => `${number.toLocaleString('en')} ${BAD[why]}`)
    remarks.push({
      code: 'RowsLeftOut',
      says: `${count(sum, 'point')} of ${account.points.toLocaleString('en')} in the answers could not be used: ${reasons.join(', ')}.`,
    })
  }
  return remarks
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`
}

function guessed(what: string, { size }: ReadonlyMap<string, Workload>): string {
  return size === 1 ? `The ${what} of 1 workload is` : `The ${what}s of ${size.toLocaleString('en')} workloads are`
}

function named(workloads: ReadonlyMap<string, Workload>): string {
  return some([...workloads.values()].map(({ namespace, kind, name }) => `${namespace}/${name} (${kind})`).sort())
}

function some(names: readonly string[]): string {
  const rest = names.length - NAMED
  return `${names.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest.toLocaleString('en')} more` : ''}`
}
