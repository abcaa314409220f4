import { API_VERSION, type Recommendation } from '../../src/api/index.ts'
import { type Call, failure } from '../kube/fake-server.ts'

const CHECKPOINTS = /\/recommendationcheckpoints\//

/** Stores Recommendations like an API server, as far as publishing needs it: lists, watches, applies, deletes. */
export class Store {
  readonly objects = new Map<string, Recommendation>()
  readonly events: {
    readonly reason: string
    readonly note: string
    readonly regarding: { readonly kind: string; readonly name: string; readonly uid?: string }
  }[] = []
  /** Workloads that were requested; every existing one has a uid. */
  readonly asked: string[] = []
  readonly deleted: string[] = []
  /** Names of objects that the server refuses as invalid. */
  readonly refused = new Set<string>()
  /** Names of objects that the server fails to write. */
  readonly failing = new Set<string>()
  #watches: Call[] = []
  #version = 1
  /** Called between a write and its answer. */
  beforeAnswering = async (_name: string): Promise<void> => {}
  #late: { readonly type: string; readonly object: Recommendation }[] | undefined

  /** From now on, watches receive no events. */
  fallSilent(): void {
    this.#late = []
  }

  /** Sends watches the events that they have missed. */
  catchUp(): void {
    const missed = this.#late ?? []
    this.#late = undefined
    for (const { type, object } of missed) this.#tell(type, object)
  }

  readonly handle = (call: Call): void => {
    const { method, path, query, body } = call
    const name = /\/(?:recommendations|recommendationcheckpoints)\/([^/]+)/.exec(path)?.[1] ?? ''
    if (method === 'GET' && query.has('watch')) {
      this.#watches.push(call)
      // The head of the answer, so that the watch counts as started.
      call.sendRaw('')
    } else if (path.startsWith('/apis/apps/')) {
      this.asked.push(path)
      const workload = path.split('/').at(-1)!
      if (workload === 'gone') call.reply(404, failure(404, 'NotFound'))
      else call.reply(200, { metadata: { name: workload, uid: `uid-of-${workload}` } })
    } else if (method === 'GET') {
      const metadata = { resourceVersion: `${this.#version}` }
      call.reply(200, { metadata, items: [...this.objects.values()] })
    } else if (this.refused.has(name)) {
      call.reply(422, failure(422, 'Invalid'))
    } else if (this.failing.has(name)) {
      call.reply(500, failure(500, 'InternalError'))
    } else if (path.includes('/events/')) {
      this.events.push(JSON.parse(body))
      call.reply(200, JSON.parse(body))
    } else if (method === 'DELETE') {
      this.deleted.push(path)
      this.#delete(call, name)
    } else if (CHECKPOINTS.test(path)) {
      call.reply(200, JSON.parse(body))
    } else if (path.endsWith('/status') && !this.objects.has(name)) {
      call.reply(404, failure(404, 'NotFound'))
    } else if (this.#isOutdated(name, body)) {
      call.reply(409, failure(409, 'Conflict'))
    } else {
      this.put({ ...this.objects.get(name), ...JSON.parse(body) })
      const stored = this.objects.get(name)!
      void this.beforeAnswering(name).then(() => call.reply(200, stored))
    }
  }

  /** Whether a write has another version of the object than the stored one. */
  #isOutdated(name: string, body: string): boolean {
    const { resourceVersion } = JSON.parse(body).metadata
    return resourceVersion !== undefined && resourceVersion !== this.objects.get(name)?.metadata.resourceVersion
  }

  put(object: Recommendation): void {
    const { name, namespace } = object.metadata
    const metadata = { name, namespace, uid: `uid-of-${name}`, resourceVersion: `${++this.#version}` }
    const stored = { ...object, apiVersion: API_VERSION, kind: 'Recommendation', metadata } as Recommendation
    this.objects.set(name, stored)
    this.#tell('MODIFIED', stored)
  }

  /** @returns whether it was there */
  remove(name: string): boolean {
    const object = this.objects.get(name)
    if (!object) return false
    this.objects.delete(name)
    const metadata = { ...object.metadata, resourceVersion: `${++this.#version}` }
    this.#tell('DELETED', { ...object, metadata })
    return true
  }

  #delete(call: Call, name: string): void {
    const object = !CHECKPOINTS.test(call.path) && this.remove(name)
    call.reply(object ? 200 : 404, object ? {} : failure(404, 'NotFound'))
  }

  #tell(type: string, object: Recommendation): void {
    if (this.#late) this.#late.push({ type, object })
    else for (const watch of this.#watches) watch.send({ type, object })
  }
}
