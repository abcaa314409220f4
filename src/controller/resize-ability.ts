import { type KubeClient, type KubeObject, SELF_ACCESS_REVIEWS, servesPodResize } from '../kube/index.ts'
import type { ControllerContext } from './context.ts'

const ASK_AGAIN_MILLISECONDS = 10 * 60_000

/** Answer of the API server to the question whether somebody may do something (authorization.k8s.io/v1). */
type Review = KubeObject & { readonly status?: { readonly allowed?: boolean } }

/** Whether the API server has `pods/resize`, and this account may use it: it is asked every ten minutes. */
export class ResizeAbility {
  readonly #context: Pick<ControllerContext, 'client' | 'logger' | 'time'>
  #isAble = false
  #askAtMilliseconds = 0

  constructor(context: Pick<ControllerContext, 'client' | 'logger' | 'time'>) {
    this.#context = context
  }

  /** False before the API server was asked. */
  get isAble(): boolean {
    return this.#isAble
  }

  async refresh(signal: AbortSignal): Promise<void> {
    const { client, logger, time } = this.#context
    if (time.elapsed() < this.#askAtMilliseconds) return
    const isAble = (await servesPodResize(client, { signal })) && (await isAllowed(client, signal))
    this.#askAtMilliseconds = time.elapsed() + ASK_AGAIN_MILLISECONDS
    if (isAble !== this.#isAble) logger.info({ isAble }, 'whether boosts can be removed')
    this.#isAble = isAble
  }
}

async function isAllowed(client: Pick<KubeClient, 'create'>, signal: AbortSignal): Promise<boolean> {
  const resourceAttributes = { verb: 'patch', group: '', resource: 'pods', subresource: 'resize' }
  const question = { metadata: {}, spec: { resourceAttributes } } as KubeObject
  const { status } = await client.create<Review>(SELF_ACCESS_REVIEWS, question as Review, { signal, urgent: true })
  return status?.allowed === true
}
