import type { SloStatus } from '../api/index.ts'
import { SloCondition } from '../api/index.ts'
import type { LearnerMetrics } from '../telemetry/index.ts'
import type { Workload } from '../workloads/index.ts'
import type { StatusChange } from './status-writes.ts'

export type SloMetrics = Pick<LearnerMetrics, 'slos' | 'slosAfterChange' | 'sloShare' | 'sloBudget'>

/** Most objectives for which metrics have figures: a fleet may have thousands, and those that are met matter less. */
const MOST = 200

interface Counted {
  readonly workload: Workload
  readonly slo: SloStatus
}

/** Counts the SLOs of one turn over all workloads. */
export class SloCount {
  readonly #all: Counted[] = []
  #afterChange = 0

  /** @param status current status of the workload's Recommendation */
  add(workload: Workload, { slos = [], applied, lastGood, canary }: StatusChange['status']): void {
    for (const slo of slos) this.#all.push({ workload, slo })
    const isOnTrial = canary !== undefined || applied?.revision !== lastGood?.revision
    if (isOnTrial && slos.some(({ state }) => state === 'BurningFast')) this.#afterChange++
  }

  show({ slos, slosAfterChange, sloShare, sloBudget }: SloMetrics): void {
    for (const state of SloCondition.options)
      slos.set({ state }, this.#all.filter(({ slo }) => slo.state === state).length)
    slosAfterChange.set(this.#afterChange)
    sloShare.reset()
    sloBudget.reset()
    const known = this.#all.filter(({ slo: { share } }) => share !== undefined)
    for (const { workload, slo } of known.sort((a, b) => rateOf(b.slo) - rateOf(a.slo)).slice(0, MOST)) {
      const labels = {
        ...{ namespace: workload.namespace, workload: `${workload.kind}/${workload.name}` },
        ...{ slo: slo.name, objective: slo.kind },
      }
      sloShare.set(labels, slo.share!)
      sloBudget.set(labels, slo.budget)
    }
  }
}

function rateOf({ share = 0, budget }: SloStatus): number {
  return budget > 0 ? share / budget : Number(share > 0)
}
