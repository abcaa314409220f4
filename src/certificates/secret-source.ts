import { type KubeClient, Reflector, SECRETS } from '../kube/index.ts'
import type { Logger } from '../telemetry/index.ts'
import { pairIn, type Secret } from './cluster.ts'
import type { PemPair } from './issue.ts'
import { pathKeysIn } from './paths.ts'

export interface SecretSourceOptions {
  readonly client: KubeClient
  readonly namespace: string
  readonly name: string
  readonly logger: Logger
}

interface Kept extends PemPair {
  readonly pathKeys: readonly string[] | undefined
}

/**
 * The pair in one Secret, read by watch rather than from a volume: a Pod that mounts a Secret which one of the same Pod's containers
 * writes would never start. While the Secret does not exist, there is nothing to serve with.
 */
export class SecretSource {
  readonly #options: SecretSourceOptions
  readonly #reflector: Reflector<Secret, Kept>
  #pair: PemPair | undefined
  #pathKeys: readonly string[] | undefined

  constructor(options: SecretSourceOptions) {
    const { client, namespace, name, logger } = options
    this.#options = options
    this.#reflector = new Reflector<Secret, Kept>({
      client,
      type: SECRETS,
      namespace,
      // With its name in the selector, the right to read this one Secret is enough.
      fieldSelector: `metadata.name=${name}`,
      trim: (secret) => ({ ...pairIn(secret), pathKeys: pathKeysIn(secret) }),
      onReplace: ([kept]) => this.#use(kept),
      onUpsert: (kept) => this.#use(kept),
      onDelete: () => {
        this.#pair = undefined
      },
      onTrouble: (error, retryMilliseconds) =>
        logger.warn({ error, retryMilliseconds }, 'watching the serving certificate'),
    })
  }

  /**
   * Keys that a path of a review may carry; undefined while no Secret with keys was seen. The last ones stay if the Secret loses them:
   * the registration still carries one.
   */
  get pathKeys(): readonly string[] | undefined {
    return this.#pathKeys
  }

  #use(kept: Kept | undefined): void {
    this.#pair = kept
    if (kept?.pathKeys) this.#pathKeys = kept.pathKeys
  }

  /** Runs until the signal aborts. Never throws. */
  run(signal: AbortSignal): Promise<void> {
    return this.#reflector.run(signal)
  }

  /**
   * Current certificate and key, in PEM.
   *
   * @throws Error if the Secret does not exist or has not been read yet
   */
  async read(): Promise<{ readonly cert: Buffer; readonly key: Buffer }> {
    const { namespace, name } = this.#options
    if (!this.#reflector.isSynced) throw new Error(`the Secret ${namespace}/${name} is still being read`)
    if (!this.#pair)
      throw new Error(`there is no Secret ${namespace}/${name} yet: the learner, or cert-manager, makes it`)
    return { cert: Buffer.from(this.#pair.cert), key: Buffer.from(this.#pair.key) }
  }
}
