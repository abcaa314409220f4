interface Trouble {
  readonly message: string
  readonly since: number
}

/** The last error of each experiment, by its uid. */
export class Troubles {
  readonly #troubles = new Map<string, Trouble>()

  /**
   * Notes an error.
   *
   * @param now Unix milliseconds
   * @returns how long it has been the same, and whether it is new
   */
  note(uid: string, message: string, now: number): { readonly isNew: boolean; readonly seconds: number } {
    const before = this.#troubles.get(uid)
    const isNew = before?.message !== message
    const since = isNew ? now : before.since
    this.#troubles.set(uid, { message, since })
    return { isNew, seconds: (now - since) / 1000 }
  }

  forget(uid: string): void {
    this.#troubles.delete(uid)
  }

  keep(uids: ReadonlySet<string>): void {
    for (const uid of this.#troubles.keys()) if (!uids.has(uid)) this.#troubles.delete(uid)
  }
}
