import type { ClusterState, Readiness } from './cluster-state.ts'
import { isOff, obstacleOf, switchOff, takeOver, whyNotReady } from './hand-over.ts'
import { obstacleIn, prepare, type View, views } from './namespace.ts'
import type { Change, Note, Tool } from './objects.ts'
import type { Member, Reading, Unit } from './unit.ts'
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
  for (const [namespace, units] of Map.groupBy(reading.units, (unit) => unit.namespace)) {
    const view = viewOf(namespace)
    const obstacle = obstacleIn(view, tool, state)
    if (obstacle) {
      notes.push(obstacle)
      rows.push(...units.flatMap((unit) => rowsOf(unit, () => ['stays', obstacle.says])))
      continue
    }
    const acting = units.filter(({ acts }) => acts)
    changes.push(...prepare(view, tool, acting.length > 0))
    for (const unit of units) {
      notes.push(...unit.notes)
      if (!unit.acts) rows.push(...rowsOf(unit, () => ['observed', '']))
      else handOver(unit, tool, view, (member) => whyNotReady(member, state, readiness), { rows, notes, changes })
    }
  }
  return { changes, rows, notes }
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
  // What has begun is not left half done.
  const isBegun = unit.off.every(isOff)
  const waits = isBegun ? undefined : unit.members.flatMap((member) => whyNot(member) ?? [])[0]
  if (waits !== undefined) {
    result.rows.push(...rowsOf(unit, () => ['waits', waits]))
    return
  }
  const changes = [...switchOff(unit, tool), ...takeOver(unit, tool, view)]
  result.changes.push(...changes)
  result.rows.push(...rowsOf(unit, () => [changes.length > 0 ? 'now' : 'done', '']))
}
