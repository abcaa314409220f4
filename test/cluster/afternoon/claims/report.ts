import type { FleetInsight } from '../../../../src/insight/index.ts'
import { RESOURCES } from '../../../../src/resources/index.ts'
import type { When, World } from '../world.ts'
import { amountOf, isAbout, requestsOf, usedInThePast, valuesOf } from './amounts.ts'

const FIELDS = { cpu: 'cpuCores', memory: 'memoryBytes' } as const

/** Returns the false statements in the report of the fleet. */
export function untrueOfReport(insight: FleetInsight, world: World, when: When): string[] {
  const untrue: string[] = []
  for (const workload of world.workloads) {
    const { namespace, kind, name } = workload
    const its = insight.workloads.find((one) => one.key === `${namespace}/${kind}/${name}`)
    if (!its) {
      untrue.push(`${name} is not in the report`)
      continue
    }
    const pods = world.podsOf(name, when)
    const say = (what: string) => untrue.push(`${name}: ${what}`)
    for (const resource of RESOURCES) {
      const field = FIELDS[resource]
      const reserved = pods.reduce((sum, pod) => sum + (requestsOf(pod, resource) ?? 0), 0)
      if (kind !== 'CronJob' && !isAbout(its.reserved[field], reserved, 0.001))
        say(`reserves ${its.reserved[field]} of ${resource}, and its Pods ${reserved}`)
      for (const container of its.containers) {
        const { author, now, applied, uses } = container[field]
        const values = (when: When) => valuesOf(world.resourcesOf(name, container.name, when), resource)
        const is = (said: { request?: number; limit?: number } | undefined, when: When) =>
          isAbout(said?.request, amountOf(values(when).request), 0.001) &&
          isAbout(said?.limit, amountOf(values(when).limit), 0.001)
        const what = `${resource} of ${container.name}`
        if (!is(author, 'before')) say(`${what}: its author wrote ${JSON.stringify(author)}`)
        if (!is(now, when)) say(`${what}: is ${JSON.stringify(now)}, the Pod has ${JSON.stringify(values(when))}`)
        if (when === 'after' && applied && !isAbout(applied.request, amountOf(values('after').request), 0.001))
          say(`${what}: ${JSON.stringify(applied)} is applied, the new Pod has ${JSON.stringify(values('after'))}`)
        const used = usedInThePast(workload, container.name, resource, world.endSeconds)
        if (uses && !used.isRank(uses.p50, 0.5)) say(`${what}: p50 is said to be ${uses.p50}`)
      }
    }
    for (const { says } of its.risks) untrue.push(...untrueOfRisk(says, name, world, when))
  }
  return untrue
}

/** Amounts in a sentence about a limit or a request must be those of the Pod. */
function untrueOfRisk(says: string, name: string, world: World, when: When): string[] {
  const stated = /(?<container>\S+) .*\b(?:its |CPU |memory )?(?<field>limit|request) of (?<amount>[\d.]+\w*)/.exec(
    says,
  )
  if (!stated) return []
  const { field, amount } = stated.groups!
  const all = world.podsOf(name, when).flatMap((pod) => {
    const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers]
    return containers.flatMap(({ resources }) =>
      Object.values((field === 'limit' ? resources.limits : resources.requests) ?? {}),
    )
  })
  return all.some((one) => isAbout(amountOf(one), amountOf(amount), 0.001))
    ? []
    : [`${name}: “${says}” No container has a ${field} of ${amount}: ${all.join(', ')}`]
}
