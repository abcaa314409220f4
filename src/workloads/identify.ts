import { groupKind, kindInAnyCase } from './group-kind.ts'
import { NO_OWNER, RUN_RULES, type RunRule } from './runs.ts'
import type { Workload } from './workload.ts'

/** The metadata of a Pod that identify its workload. */
export interface PodIdentity {
  readonly namespace: string
  /** Name of the Pod. At admission it is empty if the API server generates it, so it can only refine what the owner says. */
  readonly name?: string | null | undefined
  readonly labels?: Readonly<Record<string, string>> | null | undefined
  readonly annotations?: Readonly<Record<string, string>> | null | undefined
  readonly ownerReferences?: readonly OwnerReference[] | null | undefined
}

export interface OwnerReference {
  readonly apiVersion?: string
  readonly kind?: string
  readonly name?: string
  readonly uid?: string
  readonly controller?: boolean
}

/** Pod label with the name of the workload. The workload's kind is that of the owner, or Pod if there is none. */
export const WORKLOAD_LABEL = 'plimsoll.dev/workload'

/** Name of a Job that a CronJob creates: `<cronjob>-<scheduled time in minutes since 1970>`. */
const CRON_JOB_RUN = /^(.+)-(\d{8,10})$/

/** Generated endings of names of runs: numbers, dates, five characters of `generateName`, or a hash. */
const OF_ONE_RUN = /(?:-(?:\d+|[bcdfghjklmnpqrstvwxz2456789]{5}|[0-9a-f]{8,}))+$/

/**
 * The workload of a Pod, derived from the Pod alone, without a look-up.
 *
 * - a ReplicaSet is `<deployment>-<pod-template-hash>` (Argo: `rollouts-pod-template-hash`), and the Pod carries the hash;
 * - a Job of a CronJob is `<cronjob>-<minutes>`;
 * - for a controller that lives for one run or one version, the part that repeats is the workload: see `RUN_RULES`;
 * - any other controller is the workload itself. Its kind contains the API group if the kind alone is ambiguous.
 *
 * @param rules the table, with the rules of the settings
 * @returns undefined for Pods that are only learned with a label: Jobs without a CronJob, Jobs of other API groups, and Pods without a
 *   controller
 */
export function identifyWorkload(pod: PodIdentity, rules: readonly RunRule[] = RUN_RULES): Workload | undefined {
  const { namespace, ownerReferences } = pod
  const labels = pod.labels ?? {}
  const owner = ownersWorkload(labels, ownerReferences)
  const override = labels[WORKLOAD_LABEL]
  if (typeof override === 'string' && override !== '') return { namespace, kind: owner?.kind ?? 'Pod', name: override }
  const repeated = repeatedBy(pod, owner, rules)
  if (repeated) return { namespace, ...repeated }
  if (!owner || !mayOutlive(owner.kind, rules)) return undefined
  return { namespace, ...owner }
}

/** The workload that the controller of a Pod names, regardless of labels: metrics and autoscalers only know this. */
export function controllersWorkload({ namespace, labels, ownerReferences }: PodIdentity): Workload | undefined {
  const owner = ownersWorkload(labels ?? {}, ownerReferences)
  return owner && { namespace, ...owner }
}

/** The owner that manages an object; undefined if it has none. */
export function controllerOf(owners: readonly OwnerReference[] | null | undefined): OwnerReference | undefined {
  return Array.isArray(owners) ? owners.find((owner) => owner?.controller === true) : undefined
}

/**
 * Whether the workload of a Pod is named after one run, because no label shows the part that repeats: another run may have another
 * name.
 */
export function isNamedByRun(pod: PodIdentity, rules: readonly RunRule[] = RUN_RULES): boolean {
  const labels = pod.labels ?? {}
  if (labels[WORKLOAD_LABEL]) return false
  const owner = ownersWorkload(labels, pod.ownerReferences)
  const rule = ruleFor(pod, owner, rules)
  return rule?.ownerName === 'generated' && nameByLabels(pod, owner, rule) === undefined
}

type Owner = Omit<Workload, 'namespace'>

/** Whether the owner of a Pod may outlive it. A Pod or a Job runs only once, and a node owns its static Pods. */
function mayOutlive(kind: string, rules: readonly RunRule[]): boolean {
  if (/^(?:Job(?:\..+)?|Pod|Node)$/.test(kind)) return false
  return !rulesOf(kind, rules).some(({ isRun }) => isRun)
}

/** Rules by the kind of their owner without its API group, for each table. */
const BY_BARE_KIND = new WeakMap<readonly RunRule[], ReadonlyMap<string, readonly RunRule[]>>()

/** The rules for a kind of owner: only a few rules of the table are for one kind. */
function rulesOf(kind: string, rules: readonly RunRule[]): readonly RunRule[] {
  let byBareKind = BY_BARE_KIND.get(rules)
  if (!byBareKind) {
    byBareKind = Map.groupBy(rules, ({ owner }) => bare(owner))
    BY_BARE_KIND.set(rules, byBareKind)
  }
  return byBareKind.get(bare(kind))?.filter(({ owner }) => isOfKind(kind, owner)) ?? []
}

/** A kind without its API group. */
function bare(kind: string): string {
  const dot = kind.indexOf('.')
  return dot < 0 ? kind : kind.slice(0, dot)
}

function repeatedBy(pod: PodIdentity, owner: Owner | undefined, rules: readonly RunRule[]): Owner | undefined {
  const rule = ruleFor(pod, owner, rules)
  if (!rule) return undefined
  const kind = owner?.kind ?? NO_OWNER
  const parts = [nameBy(pod, owner, rule), stepOf(pod, owner, rule), rule.role]
  const name = parts.filter((part) => part !== undefined).join('.')
  return { kind: rule.kind ?? (kind.includes('.') ? kind : rule.owner), name }
}

/** The first rule that names the workload of a Pod. */
function ruleFor(pod: PodIdentity, owner: Owner | undefined, rules: readonly RunRule[]): RunRule | undefined {
  const kind = owner?.kind ?? NO_OWNER
  return rulesOf(kind, rules).find(
    (rule) =>
      meets(pod, rule) &&
      nameBy(pod, owner, rule) !== undefined &&
      (!rule.needsStep || stepOf(pod, owner, rule) !== undefined),
  )
}

/** Whether a kind matches that of a rule. Metrics contain kinds without their group, and people may omit it in the settings. */
function isOfKind(kind: string, wanted: string): boolean {
  if (kind === wanted) return true
  if (!kind.includes('.')) return wanted.startsWith(`${kind}.`) && kindInAnyCase(kind) !== kind
  return kind.startsWith(`${wanted}.`) && kindInAnyCase(wanted) !== wanted
}

function meets({ labels, annotations }: PodIdentity, { when = {}, annotation }: RunRule): boolean {
  if (annotation !== undefined && annotations?.[annotation] === undefined) return false
  return Object.entries(when).every(([label, value]) => labels?.[label] === value)
}

function nameBy(pod: PodIdentity, owner: Owner | undefined, rule: RunRule): string | undefined {
  const byLabels = nameByLabels(pod, owner, rule)
  if (byLabels !== undefined || rule.ownerName === undefined || !owner) return byLabels
  return rule.ownerName === 'generated' ? withoutRun(owner.name) : rule.ownerName.exec(owner.name)?.[1]
}

function nameByLabels({ labels }: PodIdentity, owner: Owner | undefined, rule: RunRule): string | undefined {
  const runs = rule.runs ?? []
  const isRun = (label: string) => runs.includes(label) || runs.some((run) => labels?.[run] === labels?.[label])
  for (const set of rule.labels ?? []) {
    const values = set.map((label) => nameOf(labels?.[label], isRun(label) ? (rule.ofOneRun ?? OF_ONE_RUN) : undefined))
    if (!values.every((value) => value !== undefined)) continue
    if (rule.isPrefix && !owner?.name.startsWith(`${values[0]}-`)) continue
    return values.join('.')
  }
  return undefined
}

function stepOf({ name }: PodIdentity, owner: Owner | undefined, { step }: RunRule): string | undefined {
  if (!step || !owner || typeof name !== 'string' || !name.startsWith(owner.name)) return undefined
  return step.exec(name.slice(owner.name.length))?.[1]
}

/**
 * The value of a label as part of an object's name; undefined if nothing is left of it.
 *
 * @param ofOneRun generated ending to remove
 */
function nameOf(value: unknown, ofOneRun: RegExp | undefined): string | undefined {
  if (typeof value !== 'string') return undefined
  const name = value
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .split('.')
    .map((part) => part.replace(/^-+|-+$/g, ''))
    .filter((part) => part !== '')
    .join('.')
  if (name === '') return undefined
  return ofOneRun ? withoutRun(name, ofOneRun) : name
}

/** A name without the parts that are generated for one run. If nothing else is in the name, it is kept completely. */
function withoutRun(name: string, ofOneRun = OF_ONE_RUN): string {
  return name.replace(ofOneRun, '') || name
}

function ownersWorkload(
  labels: Readonly<Record<string, string>>,
  owners: PodIdentity['ownerReferences'],
): Owner | undefined {
  const { apiVersion, kind: bareKind, name } = controllerOf(owners) ?? {}
  if (typeof bareKind !== 'string' || typeof name !== 'string' || bareKind === '' || name === '') return undefined
  const kind = groupKind(bareKind, typeof apiVersion === 'string' ? apiVersion : undefined)
  if (kind === 'ReplicaSet') {
    const rollout = withoutSuffix(name, labels['rollouts-pod-template-hash'])
    if (rollout) return { kind: 'Rollout', name: rollout }
    const deployment = withoutSuffix(name, labels['pod-template-hash'])
    if (deployment) return { kind: 'Deployment', name: deployment }
  }
  if (kind === 'Job') {
    const cronJob = CRON_JOB_RUN.exec(name)?.[1]
    if (cronJob) return { kind: 'CronJob', name: cronJob }
  }
  return { kind, name }
}

function withoutSuffix(name: string, hash: string | undefined): string | undefined {
  return hash && name.endsWith(`-${hash}`) && name.length > hash.length + 1
    ? name.slice(0, -hash.length - 1)
    : undefined
}
