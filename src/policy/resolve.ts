import {
  ApplyRunning,
  type Criticality,
  type Goal,
  type LabelSelector,
  type PolicyBounds,
  type PolicyProfile,
  type SizingPolicySpec,
  secondsOf,
} from '../api/index.ts'
import { formatQuantity, type Nanos, parseQuantity, RESOURCES, type ResourceName } from '../resources/index.ts'
import { type ApplicationRule, applicationRule } from './application.ts'
import type { ChangeWindow } from './change-window.ts'
import {
  type Bounds,
  type CanaryRules,
  DEFAULT_POLICY,
  limitBounds,
  type Policy,
  type ResourceBounds,
} from './policy.ts'
import { readRuntimes } from './runtimes.ts'
import { readSlos, type SloSpec } from './slo.ts'
import { startupBoost } from './startup.ts'

/** A SizingPolicy of a namespace, by name. */
export interface NamedSizingPolicy {
  readonly name: string
  readonly spec: SizingPolicySpec
}

export type Labels = Readonly<Record<string, string>>

/** Settings that apply to a Pod: the policy, the goal that its workload is sized for, and when its values may change. */
export interface Effective {
  readonly policy: Policy
  readonly goal: Goal
  readonly canary?: CanaryRules | undefined
  /** Criticality from the SizingPolicy or the cluster. A PriorityClass or an annotation may raise it. */
  readonly criticality: Criticality
  /** What may happen to running Pods when a revision is applied. An annotation on a Pod may choose a less disruptive value. */
  readonly running: ApplyRunning
  /** Change windows of the cluster, and those of a SizingPolicy: one of each must be open. */
  readonly windows: readonly (readonly ChangeWindow[])[]
  /** By what the applications of containers are named; undefined if they are not. */
  readonly applications?: ApplicationRule | undefined
  /** Service level objectives; undefined if there are none. */
  readonly slos?: readonly SloSpec[] | undefined
  /** Namespaces whose Experiments may propose values; undefined if there are none. */
  readonly experimentsFrom?: readonly string[] | undefined
}

/** Parsed settings of the cluster that determine how Pods are sized. */
export interface ClusterSettings extends Pick<Policy, 'bounds' | 'limits' | 'sizeBestEffort'> {
  readonly goal: Goal
  readonly criticality: Criticality
  readonly canary?: Parameters<typeof canaryRules>[0] | undefined
  readonly apply: { readonly running: ApplyRunning }
  readonly profiles: PolicyProfile
  readonly changes: { readonly windows: readonly Parameters<typeof changeWindow>[0][] }
}

/** Settings for a Pod that no SizingPolicy selects. */
export function clusterPolicy(settings: ClusterSettings): Effective {
  const { goal, bounds, limits, sizeBestEffort, canary, criticality, changes, apply, profiles } = settings
  const applications = applicationRule(profiles)
  return {
    ...(applications && { applications }),
    ...{
      goal,
      criticality,
      running: apply.running,
      windows: changes.windows.length > 0 ? [changes.windows.map(changeWindow)] : [],
    },
    canary: canary && canaryRules(canary),
    policy: { ...DEFAULT_POLICY, bounds, limits, sizeBestEffort, running: apply.running },
  }
}

/**
 * The settings of the cluster, narrowed by the SizingPolicies that select a Pod with these labels. Policies with a selector take
 * precedence over those without, then the order is by name; each setting comes from the first policy that has it. Nothing widens the
 * bounds of the cluster.
 */
export function effectivePolicy(cluster: Effective, policies: readonly NamedSizingPolicy[], labels: Labels): Effective {
  if (policies.length === 0) return cluster
  return narrowedBy(
    cluster,
    [...policies].sort(byPrecedence).filter((policy) => selectsPod(policy, labels)),
  )
}

/** Order in which SizingPolicies take precedence: those with a selector first, then by name. */
export function byPrecedence(a: NamedSizingPolicy, b: NamedSizingPolicy): number {
  return Number(!a.spec.selector) - Number(!b.spec.selector) || (a.name < b.name ? -1 : 1)
}

/** Whether a SizingPolicy selects a Pod with these labels. One without a selector selects every Pod of its namespace. */
export function selectsPod({ spec: { selector } }: NamedSizingPolicy, labels: Labels): boolean {
  return !selector || selects(selector, labels)
}

/** The settings of the cluster, narrowed by the SizingPolicies that select a Pod, in order of precedence. */
export function narrowedBy(cluster: Effective, selected: readonly NamedSizingPolicy[]): Effective {
  const specs = selected.map(({ spec }) => spec)
  const first = <T>(pick: (spec: SizingPolicySpec) => T | undefined): T | undefined =>
    specs.map(pick).find((value) => value !== undefined)
  const boundsOf = (resource: ResourceName): ResourceBounds => {
    const outer = cluster.policy.bounds[resource]
    const own = <K extends keyof PolicyBounds>(field: K) => first((spec) => spec.bounds?.[resource]?.[field])
    const min = clamp(parseQuantity(own('min')) ?? outer.min, outer)
    const max = clamp(parseQuantity(own('max')) ?? outer.max, outer)
    return withoutGaps({
      // The two may come from policies of different people: the narrower maximum is safer.
      min: min < max ? min : max,
      max,
      minShare: tighter(outer.minShare, own('minShare'), Math.max),
      maxShare: tighter(outer.maxShare, own('maxShare'), Math.min),
      minLimit: tighter(outer.minLimit, parseQuantity(own('minLimit')), (a, b) => (a > b ? a : b)),
      maxLimit: tighter(outer.maxLimit, parseQuantity(own('maxLimit')), (a, b) => (a < b ? a : b)),
      minLimitShare: tighter(outer.minLimitShare, own('minLimitShare'), Math.max),
      maxLimitShare: tighter(outer.maxLimitShare, own('maxLimitShare'), Math.min),
    })
  }
  const limitOf = (resource: ResourceName) =>
    first((spec) => spec.limits?.[resource]) ?? cluster.policy.limits[resource]
  const named = first((spec) => spec.canary)
  const canary = named ? canaryRules(named) : cluster.canary
  const windows = first((spec) => spec.changeWindows)
  const startup = first((spec) => spec.startup)
  const runtimes = selected.find(({ spec }) => spec.runtimes)
  const slos = first((spec) => spec.slos)
  const experimentsFrom = first((spec) => spec.experiments?.from)
  const profile = first((spec) => spec.profile)
  const applications = profile ? applicationRule(profile) : cluster.applications
  const running = leastOf(
    cluster.running,
    first((spec) => spec.apply?.running),
  )
  return {
    goal: first((spec) => spec.goal) ?? cluster.goal,
    criticality: first((spec) => spec.criticality) ?? cluster.criticality,
    running,
    windows: windows ? [...cluster.windows, windows.map(changeWindow)] : cluster.windows,
    ...(canary && { canary }),
    ...(slos && slos.length > 0 && { slos: readSlos(slos) }),
    ...(experimentsFrom && { experimentsFrom }),
    ...(applications && { applications }),
    policy: {
      ...{ ...cluster.policy, running },
      bounds: { cpu: boundsOf('cpu'), memory: boundsOf('memory') },
      limits: { cpu: limitOf('cpu'), memory: limitOf('memory') },
      ...(startup && { startup: startupBoost(startup) }),
      ...(runtimes && { heaps: readRuntimes(runtimes.name, runtimes.spec.runtimes!) }),
    },
  }
}

/** Annotation by which a Pod's author chooses what may happen to it while it runs. */
export const APPLY_RUNNING_ANNOTATION = 'plimsoll.dev/apply-running'

/**
 * What may happen to a running Pod: what its author's annotation asks for, but never more than the settings allow. An unknown value
 * counts as `never`.
 *
 * @param asked value of the annotation; undefined without it
 */
export function runningOf({ running }: Pick<Effective, 'running'>, asked: string | undefined): ApplyRunning {
  return asked === undefined ? running : leastOf(running, ApplyRunning.safeParse(asked).data ?? 'never')
}

function leastOf(a: ApplyRunning, b: ApplyRunning = a): ApplyRunning {
  return ApplyRunning.options.find((option) => option === a || option === b)!
}

/**
 * Rules of a canary; undefined for 0 percent.
 *
 * @param settings `for` is a whole number of s, m, h or d; by default 24h
 */
function canaryRules(settings: {
  readonly percent: number
  readonly for?: string | undefined
}): CanaryRules | undefined {
  const { percent, for: time = '24h' } = settings
  return percent === 0 ? undefined : { percent, forSeconds: secondsOf(time) }
}

/**
 * A change window.
 *
 * @param settings `for` is a whole number of s, m, h or d; the time zone is UTC if missing
 */
function changeWindow(settings: {
  readonly cron: string
  readonly for: string
  readonly timeZone?: string | undefined
}): ChangeWindow {
  return { cron: settings.cron, forSeconds: secondsOf(settings.for), timeZone: settings.timeZone ?? 'UTC' }
}

/** Describes the settings of a SizingPolicy that are wider than the cluster's bounds and are clamped to them. */
export function clampedSettings({ bounds }: SizingPolicySpec, cluster: Policy): string[] {
  return RESOURCES.flatMap((resource) =>
    (['min', 'max', 'minLimit', 'maxLimit'] as const).flatMap((end) => {
      const asked = parseQuantity(bounds?.[resource]?.[end])
      if (asked === undefined) return []
      const outer = cluster.bounds[resource]
      const held = clamp(asked, end === 'min' || end === 'max' ? outer : limitBounds(outer))
      if (held === asked) return []
      return [
        `bounds.${resource}.${end} ${bounds![resource]![end]} is limited to the cluster's ${formatQuantity(resource, held)}`,
      ]
    }),
  )
}

/** Whether labels match a `metav1.LabelSelector`: all of it must match, and an empty one matches everything. */
export function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  // Every object has a `constructor`, but hardly any labels do.
  const labelOf = (key: string) => (Object.hasOwn(labels, key) ? labels[key] : undefined)
  return (
    Object.entries(matchLabels).every(([key, value]) => labelOf(key) === value) &&
    matchExpressions.every((expression) => holds(expression, labelOf(expression.key)))
  )
}

type Expression = NonNullable<LabelSelector['matchExpressions']>[number]

function holds({ operator, values = [] }: Expression, value: string | undefined): boolean {
  const isAmong = value !== undefined && values.includes(value)
  const outcomes = { In: isAmong, NotIn: !isAmong, Exists: value !== undefined, DoesNotExist: value === undefined }
  return outcomes[operator]
}

function clamp(value: Nanos, { min, max }: Bounds): Nanos {
  return value < min ? min : value > max ? max : value
}

function withoutGaps<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T
}

function tighter<T>(a: T | undefined, b: T | undefined, pick: (a: T, b: T) => T): T | undefined {
  return a === undefined || b === undefined ? (a ?? b) : pick(a, b)
}
