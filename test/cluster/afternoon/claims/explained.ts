import type { Report } from '../../../../src/explain/index.ts'
import { type AfternoonWorkload, containersOf } from '../workload.ts'
import type { When, World } from '../world.ts'
import { amountOf, usedInThePast, valuesOf } from './amounts.ts'

/** Returns the false statements in the output of `plimsoll explain`. */
export function untrueOfExplained(reports: ReadonlyMap<string, Report>, world: World, when: When): string[] {
  return [...reports].flatMap(([name, report]) => {
    const isPod = name.startsWith('pod-')
    const workload = world.workloads.find((one) => one.name === (isPod ? name.slice('pod-'.length) : name))!
    const ofNotes = report.notes.flatMap((note) => untrueOfNote(note, workload, world, when))
    const ofContainers = report.containers.flatMap((container) =>
      container.resources.flatMap((explained) => {
        const { resource, author, injected, carried, learned } = explained
        const of = (when: When) => valuesOf(world.resourcesOf(workload.name, container.name, when), resource)
        const untrue: string[] = []
        const check = (what: string, said: object, is: object) => {
          if (JSON.stringify(sorted(said)) !== JSON.stringify(sorted(is)))
            untrue.push(
              `${name}/${container.name}: ${resource} ${what} ${JSON.stringify(said)}, it is ${JSON.stringify(is)}`,
            )
        }
        check('of the author', author, of('before'))
        if (isPod) check('of this Pod', carried, of(when))
        if (when === 'after') check('of a new Pod', injected, of('after'))
        const evidence = learned?.evidence
        if (evidence) untrue.push(...untrueOfUsage(workload, container.name, resource, evidence, world))
        return untrue
      }),
    )
    return [...ofNotes, ...ofContainers]
  })
}

const WAITS = /(?<container>[\w-]+) (?<resource>cpu|memory) (?<from>no request|\S+(?: \(limit \S+\))?) -> /g

/** A change that waits for approval starts from the values of the Pods. */
function untrueOfNote(note: string, { name }: AfternoonWorkload, world: World, when: When): string[] {
  return Array.from(note.matchAll(WAITS)).flatMap(({ groups }) => {
    const { container, resource, from } = groups as { container: string; resource: 'cpu' | 'memory'; from: string }
    const { request } = valuesOf(world.resourcesOf(name, container, when), resource)
    const said = from === 'no request' ? undefined : from.split(' ')[0]
    return amountOf(said) === amountOf(request) ? [] : [`${name}: “${note}” ${container} has ${request} of ${resource}`]
  })
}

function untrueOfUsage(
  workload: AfternoonWorkload,
  container: string,
  resource: 'cpu' | 'memory',
  said: { readonly p50: string; readonly p95: string; readonly peak: string },
  world: World,
): string[] {
  // A container that is killed at its limit may need more than its measured usage.
  if (containersOf(workload)[container]?.oomKills && resource === 'memory') return []
  const used = usedInThePast(workload, container, resource, world.endSeconds)
  const ranks = { p50: 0.5, p95: 0.95, peak: 1 } as const
  return (['p50', 'p95', 'peak'] as const).flatMap((rank) =>
    used.isRank(amountOf(said[rank])!, ranks[rank])
      ? []
      : [`${workload.name}/${container}: ${rank} of ${resource} is said to be ${said[rank]}`],
  )
}

function sorted({ request, limit }: { request?: string; limit?: string }) {
  return { request: amountOf(request), limit: amountOf(limit) }
}
