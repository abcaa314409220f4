// A fleet of any size, from made Recommendations: a stand-in for a cluster where none is needed.

import type { RecommendationStatus, Revision } from '../../src/api/index.ts'
import { DEFAULT_PRICES } from '../../src/config/index.ts'
import { type FleetInsight, fleetInsight, type WorkloadFacts } from '../../src/insight/index.ts'

export const NOW_SECONDS = 1_780_272_000
const TIME = new Date(NOW_SECONDS * 1000).toISOString()
const MEBI = 2 ** 20

/** Names that a page must show as what they are. */
export const HOSTILE = '<img src=x onerror="document.title=1">'

const revision = (number: number, cpu: number, memory: number, confidence: number, name: string): Revision => ({
  revision: number,
  time: TIME,
  source: 'observed',
  goal: 'balanced',
  containers: [
    {
      name,
      cpu: { request: `${cpu}m`, confidence },
      memory: { request: `${memory}Mi`, limit: `${2 * memory}Mi`, confidence },
      evidence: {
        ...{ from: TIME, to: TIME, samples: 4000 },
        cpu: {
          p50: `${Math.round(cpu / 4)}m`,
          p95: `${Math.round(cpu / 2)}m`,
          p99: `${cpu}m`,
          peak: `${2 * cpu}m`,
          basis: 'daily pattern',
        },
        memory: { p50: `${Math.round(memory / 2)}Mi`, p95: `${memory}Mi`, p99: `${memory}Mi`, peak: `${memory}Mi` },
      },
    },
  ],
})

/** The workload of a number; every 7th waits for approval, every 11th was OOM-killed, every 13th is held. */
function workloadOf(number: number, name: string, namespace: string, container = 'app'): WorkloadFacts {
  const cpu = 50 + ((number * 37) % 400)
  const memory = 64 + ((number * 53) % 900)
  const learned = revision(2, cpu, memory, 0.5 + ((number * 17) % 50) / 100, container)
  const isPending = number % 7 === 0
  const isHeld = number % 13 === 5
  const status: RecommendationStatus = {
    mode: 'approve',
    state: isHeld ? 'Held' : isPending ? 'Pending' : 'Applied',
    learned,
    ...(isPending ? { pending: learned } : { applied: learned }),
    ...(isHeld && { waiting: { because: 'Held', message: 'held by alice' } }),
    changelog: [
      {
        time: TIME,
        revision: 2,
        by: 'plimsoll',
        reason: 'Learned',
        changes: [{ container, resource: 'cpu', from: { request: `${3 * cpu}m` }, to: { request: `${cpu}m` } }],
      },
    ],
  }
  const written = {
    cpu: { request: (3 * cpu) / 1000 },
    memory: { request: 2 * memory * MEBI, limit: 2 * memory * MEBI },
  }
  return {
    workload: { namespace, kind: number % 5 === 0 ? 'StatefulSet' : 'Deployment', name },
    pods: 1 + (number % 4),
    mode: 'approve',
    recommendation: { name: `deployment-${name}`, status },
    containers: [{ name: container, author: written, now: written, ...(number % 11 === 0 && { oomKills: 3 }) }],
  }
}

/** A CronJob between two of its runs. */
export const IDLE: WorkloadFacts = {
  ...workloadOf(2, 'nightly', 'shop', 'job'),
  workload: { namespace: 'shop', kind: 'CronJob', name: 'nightly' },
  pods: 0,
}

/** A DaemonSet that is sized by class of node. */
export const BY_NODE: WorkloadFacts = (() => {
  const facts = workloadOf(3, 'agent', 'shop', 'agent')
  const status = facts.recommendation!.status!
  const values = ({ name: _, ...of }: Revision['containers'][number]) => of
  const nodeClasses = [
    { nodes: 'cpu=4', ...values(revision(2, 60, 90, 0.9, 'agent').containers[0]!) },
    { nodes: 'cpu=64', ...values(revision(2, 161, 223, 0.8, 'agent').containers[0]!) },
  ]
  const learned = { ...status.learned!, containers: [{ ...status.learned!.containers[0]!, nodeClasses }] }
  return {
    ...facts,
    workload: { namespace: 'shop', kind: 'DaemonSet', name: 'agent' },
    recommendation: { name: 'daemonset-agent', status: { ...status, learned, applied: learned } },
  }
})()

/**
 * @param count of workloads, over some namespaces
 * @param others more workloads
 * @param nodes of the cluster, where they are counted
 */
export function madeFleet(
  count: number,
  others: readonly WorkloadFacts[] = [],
  nodes?: FleetInsight['nodes'],
): FleetInsight {
  const namespaces = Math.max(2, Math.ceil(count / 100))
  const workloads = Array.from({ length: count }, (_, i) => workloadOf(i, `service-${i}`, `team-${i % namespaces}`))
  // One that the synthetic history knows.
  workloads.push(workloadOf(7, HOSTILE, 'team-0'), workloadOf(1, 'checkout', 'shop', 'checkout'), ...others)
  return fleetInsight({
    timeSeconds: NOW_SECONDS,
    sources: ['made Recommendations'],
    goal: 'balanced',
    prices: DEFAULT_PRICES,
    notes: [],
    workloads,
    ...(nodes && { nodes }),
  })
}
