import { type KubeClient, type KubeObject, Reflector } from '../../kube/index.ts'
import {
  RECOMMENDATIONS,
  type Recommendation,
  type RecommendationStatus,
  readRecommendation,
} from '../../recommendations/index.ts'
import type { Logger } from '../../telemetry/index.ts'
import { type Workload, workloadKey } from '../../workloads/index.ts'

/** Every Recommendation of the cluster as it was last seen or written. */
export class KnownRecommendations {
  readonly #reflector: Reflector<KubeObject, Recommendation>
  #byWorkload = new Map<string, Recommendation>()

  constructor(client: KubeClient, logger: Logger) {
    this.#reflector = new Reflector<KubeObject, Recommendation>({
      client,
      type: RECOMMENDATIONS,
      trim: (object) => {
        const { recommendation, unread } = readRecommendation(object)
        const { namespace, name } = recommendation.metadata
        if (unread)
          logger.warn(
            { namespace, name, error: unread },
            'some of what people wrote on a Recommendation cannot be read, and is left out; a hold holds all the same',
          )
        return recommendation
      },
      onReplace: (all) => {
        this.#byWorkload = new Map(all.map((recommendation) => [keyOf(recommendation), recommendation]))
      },
      onUpsert: (recommendation) => this.#byWorkload.set(keyOf(recommendation), recommendation),
      onDelete: (recommendation) => this.#byWorkload.delete(keyOf(recommendation)),
      onTrouble: (error, retryMilliseconds) => logger.warn({ error, retryMilliseconds }, 'watching Recommendations'),
    })
  }

  get isSynced(): boolean {
    return this.#reflector.isSynced
  }

  run(signal: AbortSignal): Promise<void> {
    return this.#reflector.run(signal)
  }

  get(workload: Workload): Recommendation | undefined {
    return this.#byWorkload.get(workloadKey(workload))
  }

  all(): readonly Recommendation[] {
    return [...this.#byWorkload.values()]
  }

  /** What was just written, so that the next turn need not wait for the watch to bring it back. */
  note(workload: Workload, status: RecommendationStatus): void {
    const before = this.get(workload)
    if (before) this.#byWorkload.set(workloadKey(workload), { ...before, status })
  }
}

function keyOf({ metadata: { namespace }, spec: { workload } }: Recommendation): string {
  return workloadKey({ namespace, ...workload })
}
