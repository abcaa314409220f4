import { RESOURCES } from '../../../../src/resources/index.ts'
import type { Shown } from '../screen.ts'
import type { When, World } from '../world.ts'
import { amountOf, isAbout, requestsOf, valuesOf } from './amounts.ts'

const FIELDS = { cpu: 'cpuCores', memory: 'memoryBytes' } as const

/** Returns the false statements on the dashboard: rows of the fleet, values of running Pods, and how a value came about. */
export function untrueOfDashboard({ overview, details }: Shown, world: World, when: When): string[] {
  const untrue: string[] = []
  for (const { namespace, kind, name, ...row } of overview.rows) {
    const workload = world.workloads.find((one) => one.name === name && one.namespace === namespace)
    if (!workload || kind === 'CronJob') continue
    for (const resource of RESOURCES) {
      const reserved = world.podsOf(name, when).reduce((sum, pod) => sum + (requestsOf(pod, resource) ?? 0), 0)
      const said = row[FIELDS[resource]].reserved
      if (!isAbout(said, reserved, 0.001)) untrue.push(`${name} reserves ${said} of ${resource}, its Pods ${reserved}`)
    }
  }
  for (const { insight, carried, explained } of details) {
    const { name } = insight
    if (!world.workloads.some((one) => one.name === name)) continue
    for (const { container, resource, values } of carried) {
      const is = valuesOf(world.resourcesOf(name, container, when), resource)
      const isTrue = values.some(
        ({ request, limit }) =>
          isAbout(request, amountOf(is.request), 0.001) && isAbout(limit, amountOf(is.limit), 0.001),
      )
      if (!isTrue)
        untrue.push(`${name}/${container} carries ${JSON.stringify(values)} of ${resource}, and ${JSON.stringify(is)}`)
    }
    for (const { name: container, resources } of explained?.containers ?? [])
      for (const { resource, stages } of resources) {
        const injected = stages.find(({ stage }) => stage === 'injected')
        const is = valuesOf(world.resourcesOf(name, container, 'after'), resource)
        if (when === 'after' && injected && !isAbout(amountOf(injected.request), amountOf(is.request), 0.001))
          untrue.push(
            `${name}/${container}: a new Pod gets ${injected.request} of ${resource}, and it got ${is.request}`,
          )
      }
  }
  return untrue
}
