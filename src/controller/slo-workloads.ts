import type { Settings } from '../config/index.ts'
import type { Fleet, FleetWorkload } from '../fleet/index.ts'
import type { PolicyIndex, SloSpec } from '../policy/index.ts'
import type { SloWorkload } from '../prometheus/index.ts'
import { newestReceived, planSlo, type SloObjects, type SloPlan } from '../slos/index.ts'
import { workloadKey } from '../workloads/index.ts'

interface SloWorkloadsOptions {
  readonly settings: Pick<Settings, 'slos'>
  readonly fleet: Pick<Fleet, 'workloads'>
  readonly policies: Pick<PolicyIndex, 'effective'>
  readonly objects: SloObjects
}

type Plans = Map<string, readonly SloPlan[]>

/** The workloads that have SLOs, with the plans for reading them. Equal SLOs in a namespace have the same plans. */
export class SloWorkloads {
  readonly #options: SloWorkloadsOptions
  /** By namespace, then by the text of the SLOs. */
  #plans = new Map<string, Plans>()
  #version: number | undefined

  constructor(options: SloWorkloadsOptions) {
    this.#options = options
  }

  /** By namespace, for the current policies and objects. Plans stay the same objects while nothing changes them. */
  now(): ReadonlyMap<string, readonly SloWorkload[]> {
    const { fleet, policies, objects } = this.#options
    if (this.#version !== objects.version) this.#plans.clear()
    this.#version = objects.version
    const byNamespace = new Map<string, SloWorkload[]>()
    const used = new Map<string, Plans>()
    for (const entry of fleet.workloads()) {
      const { namespace } = entry.workload
      const { slos } = policies.effective(namespace, entry.labels)
      if (!slos) continue
      const [its, plans] = [byNamespace.get(namespace) ?? [], used.get(namespace) ?? new Map()]
      byNamespace.set(namespace, its)
      used.set(namespace, plans)
      its.push(this.#workloadOf(entry, slos, plans))
    }
    this.#plans = used
    return byNamespace
  }

  #workloadOf({ workload, pods }: FleetWorkload, slos: readonly SloSpec[], used: Plans): SloWorkload {
    const { namespace, name } = workload
    const text = JSON.stringify(slos)
    const plans = used.get(text) ?? this.#plans.get(namespace)?.get(text) ?? this.#plan(namespace, slos)
    used.set(text, plans)
    return { whose: { key: workloadKey(workload), name }, plans, newest: newestReceived(pods) }
  }

  #plan(namespace: string, slos: readonly SloSpec[]): readonly SloPlan[] {
    const { settings, objects } = this.#options
    const surroundings = {
      namespace,
      find: objects.find,
      objects: settings.slos.objects,
      queries: settings.slos.queries,
    }
    return slos.flatMap((slo) => planSlo(slo, surroundings))
  }
}
