import { type Recommendation, readRecommendation } from '../api/index.ts'
import { type KubeObject, Reflector } from '../kube/index.ts'
import { assertNamedAfter, RECOMMENDATIONS } from '../recommendations/index.ts'
import type { Logger } from '../telemetry/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import type { InformerContext } from './context.ts'

/** All Recommendations of the cluster, as last seen or written. */
export class KnownRecommendations {
  readonly #reflector: Reflector<KubeObject, Recommendation>
  readonly #logger: Logger
  #byWorkload = new Map<string, Recommendation>()

  constructor({ client, logger, time }: InformerContext) {
    this.#logger = logger
    this.#reflector = new Reflector<KubeObject, Recommendation>({
      client,
      type: RECOMMENDATIONS,
      time,
      trim: (object) => this.#read(object),
      onReplace: (all) => {
        this.#byWorkload = new Map(all.map((recommendation) => [keyOf(recommendation), recommendation]))
      },
      onUpsert: (recommendation) => this.#keep(recommendation),
      onDelete: (recommendation) => {
        if (!this.#isOlder(recommendation)) this.#byWorkload.delete(keyOf(recommendation))
      },
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

  /** Stores a written Recommendation, so that the next turn need not wait for the watch to deliver it. */
  note(written: KubeObject): void {
    this.#keep(this.#read(written))
  }

  /** Drops the Recommendation of a workload that turned out not to exist. */
  forget(workload: Workload): void {
    this.#byWorkload.delete(workloadKey(workload))
  }

  #read(object: KubeObject): Recommendation {
    const { recommendation, unread } = readRecommendation(object)
    const { namespace, name, creationTimestamp, resourceVersion } = recommendation.metadata
    assertNamedAfter({ namespace, ...recommendation.spec.workload }, name)
    if (unread)
      this.#logger.warn(
        { namespace, name, error: unread },
        'parts of the spec of a Recommendation cannot be read and are ignored; a hold still applies',
      )
    return { ...recommendation, metadata: { namespace, name, creationTimestamp, resourceVersion } }
  }

  #keep(recommendation: Recommendation): void {
    if (!this.#isOlder(recommendation)) this.#byWorkload.set(keyOf(recommendation), recommendation)
  }

  /** Whether a Recommendation is older than the known one: the answer to a write may arrive before the watch delivers an earlier change. */
  #isOlder(recommendation: Recommendation): boolean {
    const known = this.#byWorkload.get(keyOf(recommendation))
    return known !== undefined && versionOf(recommendation) < versionOf(known)
  }
}

/** Resource version as a number, because resource versions of one type can be compared (KEP-5504); 0 if it is not a decimal number. */
function versionOf({ metadata: { resourceVersion } }: Recommendation): bigint {
  const text = String(resourceVersion)
  return /^\d{1,40}$/.test(text) ? BigInt(text) : 0n
}

function keyOf({ metadata: { namespace }, spec: { workload } }: Recommendation): string {
  return workloadKey({ namespace, ...workload })
}
