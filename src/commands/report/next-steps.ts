import type { FleetInsight, WorkloadInsight } from '../../insight/index.ts'
import { printable } from '../terminal/text.ts'
import { nameOf } from './words.ts'

const MOST = 5

/** Lists what the reader can do now, the most urgent first, as commands where there are any. */
export function nextSteps(insight: FleetInsight): string[] {
  const { topByMoney, topByRisk, workloads, notes } = insight
  const byKey = new Map(workloads.map((one) => [one.key, one]))
  const [dearest, riskiest] = [byKey.get(topByMoney[0] ?? ''), byKey.get(topByRisk[0] ?? '')]
  const steps: string[] = []
  if (riskiest?.risks[0]?.severity === 'high')
    steps.push(`Start with ${nameOf(riskiest)}, the most at risk. ${printable(riskiest.risks[0].act)}`)
  const [pending, ...others] = workloads.filter(({ waiting }) => waiting?.state === 'Pending')
  if (pending)
    steps.push(
      `Approve or reject the pending revision: plimsoll approve ${target(pending)} (${waiting(1 + others.length)}).`,
    )
  if (dearest) {
    steps.push(
      isBehind(dearest)
        ? `See why the Pods of ${nameOf(dearest)} do not have the applied revision: plimsoll explain ${target(dearest)}. New Pods get it: kubectl plimsoll restart ${target(dearest)}`
        : dearest.recommendation
          ? `See why ${nameOf(dearest)} needs less: plimsoll explain ${target(dearest)}.`
          : `Give ${nameOf(dearest)} the requests that it needs: -o wide shows them for each container.`,
    )
  }
  const hasCluster = workloads.some(({ recommendation, mode }) => recommendation || mode)
  if (dearest && !hasCluster) {
    steps.push(
      'To keep values right, install Plimsoll (helm install), and label the namespace plimsoll.dev/mode=observe: nothing is changed in that mode.',
    )
  }
  const missing = notes.find(
    ({ code }) => code === 'UsageMissing' || code === 'UsageOfAMoment' || code === 'NotLearned',
  )
  if (missing?.act) steps.push(missing.act)
  return [...new Set(steps)].slice(0, MOST)
}

/** Whether Pods carry another request than new ones get. */
function isBehind({ containers }: WorkloadInsight): boolean {
  return containers.some(({ cpuCores, memoryBytes }) =>
    [cpuCores, memoryBytes].some(({ now, applied }) => now && applied && now.request !== applied.request),
  )
}

function target({ namespace, kind, name }: WorkloadInsight): string {
  return printable(`${kind.toLowerCase()}/${name} -n ${namespace}`)
}

function waiting(count: number): string {
  return count === 1 ? 'one workload waits' : `${count} workloads wait`
}
