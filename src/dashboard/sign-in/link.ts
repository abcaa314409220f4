import { digestOf, isSame, newSecret } from './secret.ts'
import type { SignIn, Viewer } from './viewer.ts'

/**
 * Signs in the person who started the dashboard, by a link that works once. The secret is in the fragment of the address
 * (after `#`), which browsers do not send: the page sends it and removes it from the address.
 */
export class Link implements SignIn {
  readonly way = 'link'
  readonly #viewer: Viewer
  readonly #onUsed: () => void
  #secret = newSecret()

  /** @param onUsed called when the link has been used and a new one is valid, for another browser */
  constructor(viewer: Viewer, onUsed: () => void) {
    this.#viewer = viewer
    this.#onUsed = onUsed
  }

  /** Fragment of the link that is valid now. */
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
