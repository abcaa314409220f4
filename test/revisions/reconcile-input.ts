// What a learner knows about one workload with one container, `app`, and the rules for its revisions.

import type { Change } from '../../src/api/changelog.ts'
import { isoSeconds } from '../../src/api/index.ts'
import type { ContainerRecommendation, RecommendationStatus, Revision } from '../../src/api/recommendation.ts'
import { DEFAULT_POLICY } from '../../src/policy/policy.ts'
import { readResources } from '../../src/resources/container.ts'
import { parseQuantity } from '../../src/resources/quantity.ts'
import type { PodHealth } from '../../src/revisions/pod-health.ts'
import { reconcile } from '../../src/revisions/reconcile.ts'
import type { ReconcileInput, ReconcileRules } from '../../src/revisions/reconcile-input.ts'

export const RULES: ReconcileRules = {
  policy: DEFAULT_POLICY,
  step: { maxIncrease: 1, maxDecrease: 0.5 },
  approval: { confidence: { low: 0, medium: 0, high: 0 }, worstDay: { high: 1 }, minimumDays: 0, exempt: ['oom'] },
  pace: { betweenDecreasesMilliseconds: 24 * 3_600_000, betweenStepsUpMilliseconds: 24 * 3_600_000 },
  minimumChange: { share: 0.1, amount: { cpu: parseQuantity('10m')!, memory: parseQuantity('16Mi')! } },
  slo: { longSeconds: 3600, shortSeconds: 300, guardForSeconds: 3600 },
}
/** The defaults of the chart. */
export const ASKING: ReconcileRules = {
  ...RULES,
  approval: {
    ...{ confidence: { low: 0.6, medium: 0.8, high: 0.9 }, worstDay: { high: 0.25 } },
    ...{ minimumDays: 3, exempt: ['oom'] },
  },
}
export const HOUR = 3_600_000
export const MEBIBYTE = 2 ** 20
const START = new Date('2026-03-01T00:00:00Z')

export const at = (hours: number) => new Date(START.getTime() + hours * HOUR)

export function app(cpu: string, memory: string, limit?: string): ContainerRecommendation[] {
  return [{ name: 'app', cpu: { request: cpu }, memory: { request: memory, ...(limit && { limit }) } }]
}

/** A revision that was made this many hours after the start. */
export function makeRevision(revision: number, containers = app('1', '1Gi'), hours = 0): Revision {
  return { revision, time: isoSeconds(at(hours)), source: 'observed', goal: 'balanced', containers }
}

export function killed(containers: readonly ContainerRecommendation[]): ContainerRecommendation[] {
  const evidence = { from: '2026-03-01T00:00:00Z', to: '2026-03-01T00:00:00Z', samples: 1, oomKills: 1 }
  return containers.map((container) => ({ ...container, evidence }))
}

export function authored(requests: Record<string, string>, limits: Record<string, string> = {}) {
  return new Map([['app', readResources({ requests, limits })]])
}

export function input(
  learned: readonly ContainerRecommendation[],
  changes: Partial<ReconcileInput> = {},
): ReconcileInput {
  return {
    ...{
      mode: 'auto',
      goal: 'balanced',
      source: 'observed',
      kind: 'Deployment',
      learned,
      pods: [],
      autoscalers: [],
      largestNode: {},
    },
    ...{ criticality: 'medium', spec: {}, freezes: [], opening: { isOpen: true } },
    author: authored({ cpu: '1', memory: '1Gi' }, { memory: '1Gi' }),
    shape: { slots: [{ name: 'app', kind: 'container' }], overhead: { cpu: 0n, memory: 0n } },
    now: START,
    ...changes,
  }
}

/** A Pod whose author only wrote requests. */
export const inputOfRequests: typeof input = (learned, changes) =>
  input(learned, { author: authored({ cpu: '1', memory: '1Gi' }), ...changes })

/** Both resources of `app`, with this confidence. */
export function sure(confidence: number, cpu = '800m', memory = '1Gi'): ContainerRecommendation[] {
  return app(cpu, memory).map((container) => ({
    ...container,
    cpu: { ...container.cpu!, confidence },
    memory: { ...container.memory!, confidence },
  }))
}

/** A healthy Pod that was created, with or without a revision, this many hours after the start, possibly with kills. */
export function pod(
  revision: number | undefined,
  hours: number,
  { oomKills = [], ...changes }: Partial<Omit<PodHealth, 'oomKills'>> & { oomKills?: readonly Killed[] } = {},
): PodHealth {
  const createdAt = at(hours).toISOString()
  const carries = revision === undefined ? undefined : { revision, since: createdAt }
  const timestampSeconds = at(hours).getTime() / 1000
  return {
    ...{ createdAt, carries, restarts: 0, crashing: [], containers: new Map() },
    oomKills: oomKills.map((kill) => ({ timestampSeconds, ...kill })),
    ...changes,
  }
}

type Killed = Omit<PodHealth['oomKills'][number], 'timestampSeconds'> & { readonly timestampSeconds?: number }

/** The final status of a reconciliation. */
export function statusAfter(...of: Parameters<typeof reconcile>): RecommendationStatus {
  return reconcile(...of).status
}

/** The events of a reconciliation, by reason. */
export function eventsOf(...of: Parameters<typeof reconcile>): readonly string[] {
  return reconcile(...of).events.map(({ reason }) => reason)
}

export function values(revision: RecommendationStatus['applied']): string | undefined {
  return revision?.containers
    .map(({ cpu, memory }) => [cpu?.request, memory?.request, memory?.limit].filter(Boolean).join(' '))
    .join('; ')
}

/** A change as text: values before and after, as `app cpu 1 -> 500m/2`, and its message. */
export function told({ changes = [], message }: Pick<Change, 'changes' | 'message'>): string[] {
  const spell = (values: { request?: string | undefined; limit?: string | undefined } = {}) =>
    [values.request ?? '-', values.limit].filter(Boolean).join('/')
  const lines = changes.map(
    ({ container, resource, from, to }) => `${container} ${resource} ${spell(from)} -> ${spell(to)}`,
  )
  return message === undefined ? lines : [...lines, message]
}
