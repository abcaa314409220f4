import type { ClusterState, Readiness } from './cluster-state.ts'
import { isOff, obstacleOf, switchOff, takeOver, whyNotReady } from './hand-over.ts'
import { obstacleIn, prepare, type View, views } from './namespace.ts'
import type { Change, Note, Tool } from './objects.ts'
import { type Member, type Reading, type Unit, withCriticality } from './unit.ts'
import { describeWorkload } from './workload.ts'

/** What happens to one workload. */
export interface Row {
  /** Such as `shop deployment/web`. */
  readonly workload: string
  /** What sizes it now, such as `VPA web (Auto)`. */
  readonly source: string
  readonly outcome: 'now' | 'waits' | 'done' | 'observed' | 'stays'
  /** Why it waits or stays; empty otherwise. */
  readonly why: string
}

export interface Plan {
  /** Writes, in order. */
  readonly changes: readonly Change[]
  readonly rows: readonly Row[]
  /** What has no counterpart, or has to be decided by a person. */
  readonly notes: readonly Note[]
}

const ALWAYS_ASKS: Note = {
  about: 'all',
  says: 'settings.criticality is critical, so Plimsoll would change nothing without approval: the other tool continues',
  act: 'To hand workloads over, set it to high or lower, and write a SizingPolicy with criticality critical for those that need it.',
}

/**
 * Plans what to write next. Each namespace is prepared first: its other workloads stay as they are, and Plimsoll learns. Then each
 * workload that Plimsoll knows well enough is handed over: the other tool is switched off for it, and then its SizingPolicy lets Plimsoll
 * act. A plan for a cluster that has nothing left to do is empty.
 */
export function planMigration(tool: Tool, state: ClusterState, reading: Reading, readiness: Readiness): Plan {
  const rows: Row[] = reading.leftAlone.map(({ namespace, source, why }) => ({
    ...{ workload: why.about || namespace, source, outcome: 'stays' as const, why: why.says },
  }))
  const notes: Note[] = [...reading.leftAlone.map(({ why }) => why), ...reading.notes]
  const changes: Change[] = []
  const viewOf = views(state)
  const everyUnit = reading.units.map((unit) => withCriticality(unit, readiness.criticality))
  const isAsked = (unit: Unit) => unit.acts && readiness.criticality === 'critical' && !isBegun(unit)
  if (everyUnit.some(isAsked)) notes.push(ALWAYS_ASKS)
  for (const [namespace, units] of Map.groupBy(everyUnit, (unit) => unit.namespace)) {
    const view = viewOf(namespace)
    const obstacle = obstacleIn(view, tool, state)
    if (obstacle) {
      notes.push(obstacle)
      rows.push(...units.flatMap((unit) => rowsOf(unit, () => ['stays', obstacle.says])))
      continue
    }
    const acting = units.filter((unit) => unit.acts && !isAsked(unit))
    changes.push(...prepare(view, tool, acting.length > 0))
    for (const unit of units) {
      notes.push(...unit.notes)
      if (!unit.acts) rows.push(...rowsOf(unit, () => ['observed', '']))
      else if (isAsked(unit)) rows.push(...rowsOf(unit, () => ['stays', ALWAYS_ASKS.says]))
      else handOver(unit, tool, view, (member) => whyNotReady(member, state, readiness), { rows, notes, changes })
    }
  }
  return { changes, rows, notes }
}

/** Whether a hand-over has begun: it is then finished, and not left half done. */
function isBegun({ off }: Unit): boolean {
  return off.some(isOff)
}

function rowsOf(unit: Unit, outcomeOf: (member: Member) => readonly [Row['outcome'], string]): Row[] {
  return unit.members.map((member) => {
    const [outcome, why] = outcomeOf(member)
    return { workload: describeWorkload(member.workload.workload), source: unit.source, outcome, why }
  })
}

interface Result {
  readonly rows: Row[]
  readonly notes: Note[]
  readonly changes: Change[]
}

function handOver(
  unit: Unit,
  tool: Tool,
  view: View,
  whyNot: (member: Member) => string | undefined,
  result: Result,
): void {
  const obstacles = unit.members.flatMap((member) => obstacleOf(member, tool, view) ?? [])
  if (obstacles.length > 0) {
    result.notes.push(...obstacles)
    result.rows.push(...rowsOf(unit, () => ['stays', obstacles[0]!.says]))
    return
  }
  const waits = isBegun(unit) ? undefined : unit.members.flatMap((member) => whyNot(member) ?? [])[0]
  if (waits !== undefined) {
    result.rows.push(...rowsOf(unit, () => ['waits', waits]))
    return
  }
  const changes = [...switchOff(unit, tool), ...takeOver(unit, tool, view)]
  result.changes.push(...changes)
  result.rows.push(...rowsOf(unit, () => [changes.length > 0 ? 'now' : 'done', '']))
}
