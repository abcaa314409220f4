import type { FleetInsight, Note, WorkloadInsight } from '../../insight/index.ts'
import type { Viewer } from '../sign-in/viewer.ts'
import type { Figures, NamespaceRights, Offer, Overview, Row } from '../wire.ts'
import type { Known } from './keeper.ts'

/** The overview of the fleet, restricted to what one person may see. */
export async function overviewFor(viewer: Viewer, { insight, readAt, stale }: Known): Promise<Overview> {
  const namespaces = [...new Set(insight.workloads.map(({ namespace }) => namespace))]
  const seen = await viewer.seen(namespaces)
  const isPartial = seen.size < namespaces.length
  // The list of running Pods may be older than the reading. Everybody sees this note, because it names no workloads.
  const outdated = insight.notes.find(({ code }) => code === 'NotCurrent')
  const asOf = outdated
    ? { readAt: insight.time, stale: { since: insight.time, says: sentences(outdated) } }
    : undefined
  const rows = rowsOf(insight).filter(({ namespace }) => seen.has(namespace))
  return {
    time: insight.time,
    sources: insight.sources,
    goal: insight.goal,
    currency: insight.prices.currency,
    readAt: readAt.toISOString(),
    ...asOf,
    ...(stale && { stale: { since: stale.since.toISOString(), says: stale.says } }),
    // Notes may mention what this person may not see.
    notes: isPartial ? [] : insight.notes,
    isPartial,
    rights: await rightsIn(viewer, new Set(rows.flatMap(({ waiting, namespace }) => (waiting ? [namespace] : [])))),
    rows,
    ...(insight.nodes && !isPartial && { nodes: insight.nodes }),
  }
}

function sentences({ says, act = '' }: Note): string {
  return `${says} ${act}`.trim()
}

async function rightsIn(viewer: Viewer, namespaces: ReadonlySet<string>): Promise<Record<string, NamespaceRights>> {
  const asked = [...namespaces].map(async (name) => [name, await viewer.rights(name)] as const)
  return Object.fromEntries(await Promise.all(asked))
}

const made = new WeakMap<FleetInsight, readonly Row[]>()

/** Rows of a reading, made once and shared by all viewers. */
function rowsOf(insight: FleetInsight): readonly Row[] {
  const rows = made.get(insight) ?? insight.workloads.map(rowOf)
  made.set(insight, rows)
  return rows
}

function rowOf(workload: WorkloadInsight): Row {
  const { key, namespace, kind, name, pods, mode, recommendation, money, risks, confidence, waiting } = workload
  const pending = recommendation?.pending
  const [worst] = risks
  return {
    ...{ key, namespace, kind, name },
    ...given({ pods, mode, state: recommendation?.state, pending }),
    cpuCores: figuresOf(workload, 'cpuCores'),
    memoryBytes: figuresOf(workload, 'memoryBytes'),
    ...given({ perMonth: money.now, stillToSave: money.stillToSave, savedSoFar: money.savedSoFar }),
    ...given({ risk: worst?.severity, riskSays: worst?.says, confidence: confidence?.value, waiting: waiting?.state }),
    ...(pending !== undefined && { offer: offersOf(workload) }),
  }
}

/** The requests that would change. */
function offersOf({ containers }: WorkloadInsight): readonly Offer[] {
  return containers.flatMap(({ name: container, cpuCores, memoryBytes }) =>
    [['cpu', cpuCores] as const, ['memory', memoryBytes] as const].flatMap(
      ([resource, { pending, applied, author }]) => {
        const now = (applied ?? author)?.request
        const then = pending?.request
        return then === undefined || then === now
          ? []
          : [{ container, resource, then, ...(now !== undefined && { now }) }]
      },
    ),
  )
}

function figuresOf({ reserved, used, learned }: WorkloadInsight, resource: 'cpuCores' | 'memoryBytes'): Figures {
  return given({ reserved: reserved[resource], used: used[resource], learned: learned[resource] })
}

/** Copy of an object without the fields that are undefined. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
