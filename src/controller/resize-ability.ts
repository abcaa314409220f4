import { type KubeClient, type KubeObject, SELF_ACCESS_REVIEWS, servesPodResize } from '../kube/index.ts'
import type { ControllerContext } from './context.ts'

const ASK_AGAIN_MILLISECONDS = 10 * 60_000

/** Answer of the API server to the question whether somebody may do something (authorization.k8s.io/v1). */
type Review = KubeObject & { readonly status?: { readonly allowed?: boolean } }

/**
 * Whether running Pods can be resized: the one answer for decisions (how often), for startup boosts, and for resizes. The API server is
 * asked every ten minutes whether it has `pods/resize` and this account may use it. The result of a real resize since then counts more
 * than its answer, because something else may refuse every resize.
 */
export class ResizeAbility {
  readonly #context: Pick<ControllerContext, 'client' | 'logger' | 'time'>
  /** The last answer of the API server; undefined before the first. */
  #answer: boolean | undefined
  /** Whether the last resize since that answer worked; undefined if there was none. */
  #worked: boolean | undefined
  #wasAble = false
  #askAtMilliseconds = 0
  #tryAtMilliseconds = 0

  constructor(context: Pick<ControllerContext, 'client' | 'logger' | 'time'>) {
    this.#context = context
  }

  /** Whether Pods can be resized as far as is known: false before the first answer. */
  get isAble(): boolean {
    return this.#worked ?? this.#answer ?? false
  }

  /**
   * Whether a resize is worth a request, even if the API server's answer was negative, because that does not include rights in single
   * namespaces. Not within ten minutes after a resize that was impossible.
   */
  get mayTry(): boolean {
    return this.isAble || this.#context.time.elapsed() >= this.#tryAtMilliseconds
  }

  /** Records that a Pod was resized. */
  resized(): void {
    this.#worked = true
    this.#tell()
  }

  /** Records that the API server cannot resize Pods, or does not let this account. @param why for people */
  unable(why: object): void {
    const { logger, time } = this.#context
    this.#worked = false
    this.#tryAtMilliseconds = time.elapsed() + ASK_AGAIN_MILLISECONDS
    logger.warn(why, 'running Pods cannot be resized')
    this.#tell()
  }

  /** Asks the API server, unless it was asked in the last ten minutes. */
  async refresh(signal: AbortSignal): Promise<void> {
    const { client, time } = this.#context
    if (time.elapsed() < this.#askAtMilliseconds) return
    const answer = (await servesPodResize(client, { signal })) && (await isAllowed(client, signal))
    this.#askAtMilliseconds = time.elapsed() + ASK_AGAIN_MILLISECONDS
    if (answer !== this.#answer) this.#worked = undefined
    this.#answer = answer
    this.#tell()
  }

  #tell(): void {
    const { isAble } = this
    if (isAble !== this.#wasAble) this.#context.logger.info({ isAble }, 'whether running Pods can be resized')
    this.#wasAble = isAble
  }
}

async function isAllowed(client: Pick<KubeClient, 'create'>, signal: AbortSignal): Promise<boolean> {
  const resourceAttributes = { verb: 'patch', group: '', resource: 'pods', subresource: 'resize' }
  const question = { metadata: {}, spec: { resourceAttributes } } as KubeObject
  const { status } = await client.create<Review>(SELF_ACCESS_REVIEWS, question as Review, { signal, urgent: true })
  return status?.allowed === true
}
