import type { StartupStatus } from '../api/index.ts'
import { BoostDriver, type BoostedWorkload, boostRoom, type PodApi } from '../apply/index.ts'
import type { ClusterInventory, Fleet, FleetWorkload } from '../fleet/index.ts'
import type { PolicyIndex } from '../policy/index.ts'
import { formatQuantity } from '../resources/index.ts'
import type { LearnerMetrics } from '../telemetry/index.ts'
import type { ControllerContext } from './context.ts'
import type { ResizeAbility } from './resize-ability.ts'
import type { StartupUsage } from './startup-usage.ts'
import type { WorkloadEvents } from './workload-events.ts'

interface BoostingOptions extends ControllerContext {
  readonly fleet: Fleet
  readonly inventory: ClusterInventory
  readonly policies: PolicyIndex
  readonly ability: ResizeAbility
  readonly usage: StartupUsage
  readonly workloadEvents: WorkloadEvents
}

/** What Recommendations say about startup, and whether boosts may be given. */
export class Boosting {
  readonly #options: BoostingOptions

  constructor(options: BoostingOptions) {
    this.#options = options
  }

  /** @returns undefined if there is nothing to report */
  statusOf(entry: FleetWorkload, stored: StartupStatus | undefined): StartupStatus | undefined {
    const containers = this.#options.usage.containersOf(entry, stored)
    const room = this.#roomOf(entry)
    if (!room && containers.length === 0) return undefined
    return {
      ...(room && ('held' in room ? { held: room.held } : { upTo: formatQuantity('cpu', room.upTo) })),
      ...(containers.length > 0 && { containers }),
    }
  }

  /** Creates the loop that removes boosts, and gives them again. */
  driver(api: PodApi, metrics: LearnerMetrics): BoostDriver {
    const { ability, events, fleet, inventory, logger, time, workloadEvents } = this.#options
    return new BoostDriver({
      ...{ ability, api, time, logger, events, workloadEvents, metrics, node: (name) => inventory.node(name) },
      workloads: () => (hasBoosts(fleet) ? this.#boosted() : []),
    })
  }

  *#boosted(): Iterable<BoostedWorkload> {
    const { fleet, policies } = this.#options
    for (const entry of fleet.workloads()) {
      const { workload, labels, pods } = entry
      if (!pods.some(({ boosts }) => boosts)) continue
      const room = this.#roomOf(entry)
      const rules = policies.effective(workload.namespace, labels).policy.startup
      yield { workload, pods, rules, mayGive: room !== undefined && 'upTo' in room }
    }
  }

  #roomOf(entry: FleetWorkload) {
    const { ability, inventory, policies, time } = this.#options
    return boostRoom({
      entry,
      effective: policies.effective(entry.workload.namespace, entry.labels),
      autoscalers: inventory.autoscalersOf(entry.workload, entry.pods),
      largestNode: inventory.largestNode,
      canResize: ability.isAble,
      nowSeconds: time.now() / 1000,
    })
  }
}

/** Usually there are no boosts, so not every workload needs a look each second. */
function hasBoosts(fleet: Pick<Fleet, 'pods'>): boolean {
  for (const { boosts } of fleet.pods()) if (boosts) return true
  return false
}
