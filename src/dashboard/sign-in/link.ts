import { digestOf, isSame, newSecret } from './secret.ts'
import type { SignIn, Viewer } from './viewer.ts'

/**
 * The one who started the dashboard is the one who sees it, by a link that works once. It stands behind the `#` of the
 * address, which browsers send to nobody: the page hands it in, and takes it out of the address.
 */
export class Link implements SignIn {
  readonly way = 'link'
  readonly #viewer: Viewer
  readonly #onUsed: () => void
  #secret = newSecret()

  /** @param onUsed there is a new one: for another browser */
  constructor(viewer: Viewer, onUsed: () => void) {
    this.#viewer = viewer
    this.#onUsed = onUsed
  }

  /** The end of the address that works next. */
  get fragment(): string {
    return `#token=${this.#secret}`
  }

  async begin(secret: string) {
    if (!isSame(digestOf(secret), digestOf(this.#secret))) return undefined
    this.#secret = newSecret()
    this.#onUsed()
    return async () => this.#viewer
  }
}
