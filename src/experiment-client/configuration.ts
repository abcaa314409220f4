import { formatBytes, formatCores } from '../resources/index.ts'

/**
 * A configuration for people: `app 250m 128Mi, proxy 50m 32Mi, 2 replicas, GOMAXPROCS 2`. Names of workloads are left out where there is only one.
 *
 * @param configuration values by parameter, as `nameOf` of the module `experiments` names them
 */
export function describeConfiguration(configuration: Readonly<Record<string, number>>): string {
  const containers = new Map<string, string[]>()
  const rest: string[] = []
  const workloads = new Set(Object.keys(configuration).flatMap((name) => RESOURCE.exec(name)?.[1] ?? []))
  for (const [name, value] of Object.entries(configuration)) {
    const [, workload, container, resource] = RESOURCE.exec(name) ?? []
    if (container !== undefined) {
      const key = workloads.size > 1 ? `${workload}/${container}` : container
      const amount = resource === 'cpu' ? formatCores(value) : formatBytes(value)
      containers.set(key, [...(containers.get(key) ?? []), amount])
    } else {
      const replicas = REPLICAS.exec(name)?.[1]
      if (replicas === undefined) rest.push(`${name} ${value}`)
      else rest.push(workloads.size > 1 ? `${replicas} ${value} replicas` : `${value} replicas`)
    }
  }
  return [...[...containers].map(([name, amounts]) => [name, ...amounts].join(' ')), ...rest].join(', ')
}

const RESOURCE = /^([^/ ]+)\/([^ ]+) (cpu|memory)$/
const REPLICAS = /^([^/ ]+) replicas$/
