import type { ControlPlane } from '../harness/index.ts'

/** Keys and values as etcd has them: custom resources are JSON there. */
export interface Stored {
  readonly key: string
  readonly value: string
}

/** That write side by side. */
const WRITERS = 16

/**
 * The JSON gateway of etcd's own API, for what must not take the way through the API server: storing very many objects,
 * compaction, sizes.
 */
export class Etcd {
  readonly #url: string

  constructor({ etcdUrl }: Pick<ControlPlane, 'etcdUrl'>) {
    this.#url = etcdUrl
  }

  /** What is stored under a prefix, such as `/registry/plimsoll.dev/`. */
  async read(prefix: string): Promise<Stored[]> {
    // The end of a prefix's range is the prefix with its last character raised by one.
    const end = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)
    const { kvs = [] } = await this.#call<{ kvs?: Stored[] }>('kv/range', {
      key: encode(prefix),
      range_end: encode(end),
    })
    return kvs.map(({ key, value }) => ({ key: decode(key), value: decode(value) }))
  }

  /** Each at a separate revision, as the API server writes them: a watch that resumes from the middle of one would miss the rest. */
  async write(all: readonly Stored[]): Promise<void> {
    const left = all.values()
    const writeSome = async () => {
      for (const { key, value } of left) await this.#call('kv/put', { key: encode(key), value: encode(value) })
    }
    await Promise.all(Array.from({ length: WRITERS }, writeSome))
  }

  /** Forgets every version but the newest, and returns which that is. */
  async compact(): Promise<string> {
    const { header } = await this.#call<{ header: { revision: string } }>('kv/range', { key: encode('/') })
    await this.#call('kv/compaction', { revision: header.revision, physical: true })
    return header.revision
  }

  /** What the database holds, without the pages that are free: bytes. */
  async bytesInUse(): Promise<number> {
    return Number((await this.#call<{ dbSizeInUse: string }>('maintenance/status', {})).dbSizeInUse)
  }

  async #call<T>(what: string, body: object): Promise<T> {
    const answer = await fetch(`${this.#url}/v3/${what}`, { method: 'POST', body: JSON.stringify(body) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`etcd answers ${answer.status} to ${what}: ${text}`)
    return JSON.parse(text) as T
  }
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64')
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString()
}
