import type { ControlPlane } from '../harness/index.ts'

/** Keys and values in etcd, which stores custom resources as JSON. */
export interface Stored {
  readonly key: string
  readonly value: string
}

/** Number of concurrent writes. */
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

  /** Keys and values under a prefix, such as `/registry/plimsoll.dev/`. */
  async read(prefix: string): Promise<Stored[]> {
    // The end of a prefix's range is the prefix with its last character raised by one.
    const end = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)
    const { kvs = [] } = await this.#call<{ kvs?: Stored[] }>('kv/range', {
      key: encode(prefix),
      range_end: encode(end),
    })
    return kvs.map(({ key, value }) => ({ key: decode(key), value: decode(value) }))
  }

  /** Writes each object at a separate revision, like the API server. A watch that resumes within a shared revision would miss objects. */
  async write(all: readonly Stored[]): Promise<void> {
    const left = all.values()
    const writeSome = async () => {
      for (const { key, value } of left) await this.#call('kv/put', { key: encode(key), value: encode(value) })
    }
    await Promise.all(Array.from({ length: WRITERS }, writeSome))
  }

  /** Compacts to the current revision, and returns it. */
  async compact(): Promise<string> {
    const { header } = await this.#call<{ header: { revision: string } }>('kv/range', { key: encode('/') })
    await this.#call('kv/compaction', { revision: header.revision, physical: true })
    return header.revision
  }

  /** Size of the database without free pages, in bytes. */
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
