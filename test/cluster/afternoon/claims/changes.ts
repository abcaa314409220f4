import type { Change } from '../../../../src/api/index.ts'
import type { ResourceName } from '../../../../src/resources/index.ts'
import type { World } from '../world.ts'
import { amountOf, isAbout, valuesOf } from './amounts.ts'

type Said = NonNullable<Change['changes']>[number]

const CHANGE =
  /(?<container>[\w-]+) (?<resource>cpu|memory) (?<from>no request|\S+(?: \(limit \S+\))?) -> (?<to>\S+(?: \(limit [^)]+\))?)/g

/** Returns the false statements in Events and changelogs, which state the old values of Pods and the values of new ones. */
export function untrueOfChanges(world: World): string[] {
  const untrue: string[] = []
  for (const { name } of world.workloads) {
    const status = world.statusOf(name)
    const last = status?.changelog?.findLast(({ changes }) => changes)
    const first = status?.changelog?.find(({ changes }) => changes)
    const before = status?.changelog?.filter(({ changes }) => changes) ?? []
    if (before.length === 1)
      for (const change of first!.changes!) untrue.push(...untrueOf(change, name, 'changelog', world))
    const events = world.events.filter(({ regarding }) => regarding.name === name)
    const newest = events.find(({ note }) => note.startsWith(`Revision ${last?.revision} is`))
    if (newest && before.length === 1)
      for (const { groups } of newest.note.matchAll(CHANGE)) {
        const { container, resource, from, to } = groups as Record<string, string>
        const change: Said = {
          ...{ container: container!, resource: resource as ResourceName },
          ...(from !== 'no request' && { from: written(from!) }),
          to: written(to!),
        }
        untrue.push(...untrueOf(change, name, newest.note, world))
      }
    for (const { note } of events)
      if (note.includes('waits for approval') && !status?.pending) untrue.push(`${name}: “${note}” Nothing is pending.`)
  }
  return untrue
}

function written(text: string) {
  const [, request, limit] = /^(\S+?)(?: \(limit ([^)]+)\))?[;.]?$/.exec(text)!
  return { request, ...(limit && { limit }) }
}

function untrueOf({ container, resource, from, to }: Said, name: string, where: string, world: World): string[] {
  return (['from', 'to'] as const).flatMap((which) => {
    const said = which === 'from' ? from : to
    const is = valuesOf(world.resourcesOf(name, container, which === 'from' ? 'before' : 'after'), resource)
    const isTrue =
      isAbout(amountOf(said?.request), amountOf(is.request), 0.001) &&
      (said?.limit === undefined || isAbout(amountOf(said.limit), amountOf(is.limit), 0.001))
    return isTrue
      ? []
      : [
          `${name}: “${where}” says ${container} ${resource} ${which} ${JSON.stringify(said)}; the Pod has ${JSON.stringify(is)}`,
        ]
  })
}
