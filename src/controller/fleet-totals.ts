import { type Goal, Mode, RecommendationState, type RecommendationStatus } from '../api/index.ts'
import { DEFAULT_PRICES } from '../config/index.ts'
import { type Fleet, type FleetWorkload, runningPod } from '../fleet/index.ts'
import { asksOf, costPerMonth, RISK_CODES, type RiskCode, workloadRequests, workloadsOf } from '../insight/index.ts'
import type { LearnerMetrics } from '../telemetry/index.ts'

export type FleetMetrics = Pick<LearnerMetrics, 'recommendations' | 'requestedCpu' | 'requestedMemory' | 'atRisk'>

/** Number of namespaces that have separate metrics: a cluster may have thousands. */
const MOST = 200
/** Name of all other namespaces together. No namespace can have it. */
export const OTHER_NAMESPACES = 'other namespaces'

interface Requested {
  readonly cores: number
  readonly bytes: number
}

/** Requests of a namespace: as the authors wrote them, as the Pods have them now, and as they were learned. */
interface Requests {
  readonly authors: Requested
  readonly current: Requested
  readonly learned: Requested
}

/** What the workloads of one turn request, and what is at risk: the same figures as in the report and the dashboard. */
export class FleetTotals {
  readonly #fleet: Pick<Fleet, 'podOf'>
  readonly #goal: Goal
  readonly #namespaces = new Map<string, Requests>()
  readonly #risks = new Map<RiskCode, number>()
  readonly #states = new Map<string, number>()
  #workloads = 0

  /** @param goal goal of workloads for which neither the author nor the Recommendation names one */
  constructor(fleet: Pick<Fleet, 'podOf'>, goal: Goal) {
    this.#fleet = fleet
    this.#goal = goal
  }

  /** Number of workloads that were counted. */
  get workloads(): number {
    return this.#workloads
  }

  /** @param status current status of the workload's Recommendation; undefined if it has none */
  add({ workload, pods }: Pick<FleetWorkload, 'workload' | 'pods'>, status: RecommendationStatus | undefined): void {
    this.#workloads++
    if (status?.state) add(this.#states, stateKey(status.mode ?? '', status.state))
    const { namespace } = workload
    const asked = pods.flatMap(({ name }) => {
      const pod = this.#fleet.podOf(namespace, name)
      const running = pod && runningPod(pod)
      return running ? asksOf(running, name) : []
    })
    for (const facts of workloadsOf(asked)) {
      const { authors, reserved, learned, risks } = workloadRequests(facts, status, this.#goal)
      const { cpuCores: cores = 0, memoryBytes: bytes = 0 } = reserved
      // What is not known counts as it is now, so that the differences are what was saved, and what may be.
      const requests = {
        authors: { cores: authors.cpuCores ?? cores, bytes: authors.memoryBytes ?? bytes },
        current: { cores, bytes },
        learned: { cores: learned.cpuCores ?? cores, bytes: learned.memoryBytes ?? bytes },
      }
      const before = this.#namespaces.get(namespace)
      this.#namespaces.set(namespace, before ? sumOf(before, requests) : requests)
      for (const code of risks) add(this.#risks, code)
    }
  }

  show({ requestedCpu, requestedMemory, atRisk, recommendations }: FleetMetrics): void {
    requestedCpu.reset()
    requestedMemory.reset()
    for (const [namespace, its] of largest(this.#namespaces)) {
      for (const [requests, { cores, bytes }] of Object.entries(its)) {
        requestedCpu.set({ namespace, requests }, cores)
        requestedMemory.set({ namespace, requests }, bytes)
      }
    }
    for (const code of RISK_CODES) atRisk.set({ code }, this.#risks.get(code) ?? 0)
    for (const mode of Mode.options)
      for (const state of RecommendationState.options)
        recommendations.set({ mode, state }, this.#states.get(stateKey(mode, state)) ?? 0)
  }
}

/** The namespaces where most was saved or may be saved, and all others as one. */
function largest(namespaces: ReadonlyMap<string, Requests>): readonly (readonly [string, Requests])[] {
  const sorted = [...namespaces].sort(([, a], [, b]) => atStake(b) - atStake(a))
  const rest = sorted.slice(MOST).map(([, requests]) => requests)
  return [...sorted.slice(0, MOST), ...(rest.length > 0 ? [[OTHER_NAMESPACES, rest.reduce(sumOf)] as const] : [])]
}

/** Money that was saved, and that may be, which ranks cores and bytes together: only the order matters, so any prices do. */
function atStake({ authors, current, learned }: Requests): number {
  const difference = (a: Requested, b: Requested) =>
    costPerMonth(Math.abs(a.cores - b.cores), Math.abs(a.bytes - b.bytes), DEFAULT_PRICES)
  return difference(authors, current) + difference(current, learned)
}

function sumOf(a: Requests, b: Requests): Requests {
  const sum = (of: keyof Requests) => ({ cores: a[of].cores + b[of].cores, bytes: a[of].bytes + b[of].bytes })
  return { authors: sum('authors'), current: sum('current'), learned: sum('learned') }
}

function add<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function stateKey(mode: string, state: string): string {
  return `${mode} ${state}`
}
