import { RESOURCES } from '../../../../src/resources/index.ts'
import type { When, World } from '../world.ts'
import { amountOf, isAbout, requestsOf } from './amounts.ts'

const COLUMNS = ['namespace', 'name', 'mode', 'cpu', 'memory', 'confidence', 'state', 'age'] as const

/** Returns the false statements in `kubectl get rec --all-namespaces`. */
export function untrueOfTable(text: string, world: World, when: When): string[] {
  const [, ...lines] = text.trim().split('\n')
  return lines.flatMap((line) => {
    const cells = line.trim().split(/ {2,}/)
    const row = Object.fromEntries(COLUMNS.map((column, i) => [column, cells[i] ?? '']))
    const workload = world.workloads.find(({ kind, name }) => row.name === `${kind}-${name}`.toLowerCase())
    if (!workload) return [`${line}: there is no such workload`]
    const untrue: string[] = []
    const say = (what: string) => untrue.push(`${line.trim()}: ${what}`)
    const status = world.statusOf(workload.name, when)
    for (const resource of RESOURCES) {
      const [now, learned] = row[resource]!.split(' -> ')
      const [pod] = world.podsOf(workload.name, when)
      const carried = requestsOf(pod!, resource)
      // Before their replacement, running Pods have their author's values, and the table shows the values of new Pods.
      if (when === 'after' && !isAbout(amountOf(now), carried, 0.001))
        say(`${resource} is ${now}, and the Pod asks for ${carried}`)
      if (workload.scalesAt && resource === 'cpu' && learned !== undefined)
        say(`an HPA keeps ${resource} from ${learned}`)
    }
    if (status?.pending && row.state !== 'Pending') say('a revision is pending')
    if (!status?.pending && row.state === 'Pending') say('nothing is pending')
    return untrue
  })
}
