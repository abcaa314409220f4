// An API server for informers, in memory and without HTTP: it lists and watches what it is given, however broken that is.
import { recommendationDefinition } from '../../src/api/index.ts'
import {
  type KubeClient,
  KubeError,
  type KubeObject,
  type ListOptions,
  type ObjectName,
  type ResourceType,
  type WatchOptions,
} from '../../src/kube/index.ts'
import { TableReader } from '../../src/kube/table.ts'
import { RECOMMENDATIONS } from '../../src/recommendations/index.ts'
import { isObject } from '../../src/resources/index.ts'
import type { Logger } from '../../src/telemetry/index.ts'

/** Objects by the plural of their type. */
export type Objects = Readonly<Record<string, unknown>>

const columns = (
  recommendationDefinition() as {
    spec: { versions: [object, { additionalPrinterColumns: { name: string; type: string; jsonPath: string }[] }] }
  }
).spec.versions[1].additionalPrinterColumns

export class ApiServer {
  /** What informers could not do at all, as opposed to single objects that they left out. */
  readonly failures: Error[] = []
  readonly #objects: Objects
  readonly #isWatched: boolean
  /** Called when a watch has delivered all, or an informer has failed. */
  #onProgress = () => {}
  #delivered = 0
  #ending = new AbortController()

  /** @param isWatched whether the second half of the objects comes with the watch and not with the list */
  constructor(objects: Objects, isWatched: boolean) {
    this.#objects = objects
    this.#isWatched = isWatched
  }

  get signal(): AbortSignal {
    return this.#ending.signal
  }

  end(): void {
    this.#ending.abort()
  }

  /** Resolves when so many informers have everything. @throws what keeps one of them from it */
  async delivered(informers: number): Promise<void> {
    while (this.#delivered < informers) {
      if (this.failures[0]) throw this.failures[0]
      await new Promise<void>((resolve) => {
        this.#onProgress = resolve
      })
    }
  }

  /** Of `KubeClient`, what informers and writers use. */
  readonly client = {
    list: (type: ResourceType, options: ListOptions) => this.#list(type, options),
    watch: (type: ResourceType, options: WatchOptions) => this.#watch(type, options),
    apply: async (_: ResourceType, object: KubeObject) => this.onApply(object),
    get: async (type: ResourceType, { namespace, name }: ObjectName) => this.#get(type, namespace, name),
  } as unknown as KubeClient

  /** Takes what is written, and returns what is stored. */
  onApply = (object: KubeObject): KubeObject => object

  /** Notices what an informer cannot do at all. */
  readonly logger = {
    ...{ debug() {}, info() {} },
    warn: (what: { error?: unknown; retryMilliseconds?: number }, message: string) => this.onWarning(what, message),
    error: (what: { error?: unknown }, message: string) => this.#fail(what.error, message),
  } as unknown as Logger

  onWarning = (
    { error, retryMilliseconds }: { error?: unknown; retryMilliseconds?: number },
    message: string,
  ): void => {
    if (retryMilliseconds !== undefined) this.#fail(error, message)
  }

  #fail(error: unknown, message: string): void {
    this.failures.push(new Error(message, { cause: error }))
    this.#onProgress()
  }

  #get(type: ResourceType, namespace: string | undefined, name: string): KubeObject {
    const found = this.#of(type, { namespace, fieldSelector: `metadata.name=${name}` })[0]
    if (!found) throw new KubeError('NotFound', `GET ${type.plural} ${name}`, { status: 404 })
    return found
  }

  async *#list(type: ResourceType, options: ListOptions) {
    const all = this.#of(type, options)
    const items = options.pageSize === 1 ? all : all.filter((object, i) => !this.#comesLater(object, i))
    yield { items: options.columns ? rowsOf(items, options.columns) : items, resourceVersion: '1' }
  }

  async *#watch(type: ResourceType, options: WatchOptions) {
    const later = this.#of(type, options).filter((object, i) => this.#comesLater(object, i))
    for (const object of options.columns ? rowsOf(later, options.columns) : later)
      yield { type: 'ADDED', object, resourceVersion: '2' }
    this.#delivered++
    this.#onProgress()
    const { signal } = options
    await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }))
  }

  /** What is no object with metadata would end the watch, and be listed again. */
  #comesLater(object: unknown, index: number): boolean {
    return this.#isWatched && index % 2 === 1 && isObject(object) && isObject(object.metadata)
  }

  #of({ plural }: ResourceType, { namespace, labelSelector, fieldSelector }: ListOptions): KubeObject[] {
    const all = this.#objects[plural]
    return (Array.isArray(all) ? all : []).filter((object) => {
      const metadata: Record<string, unknown> = isObject(object) && isObject(object.metadata) ? object.metadata : {}
      const isLabelled = isObject(metadata.labels) && Object.hasOwn(metadata.labels, labelSelector ?? '')
      return (
        (namespace === undefined || metadata.namespace === namespace) &&
        (labelSelector === undefined || isLabelled) &&
        (fieldSelector === undefined || `metadata.name=${metadata.name}` === fieldSelector)
      )
    })
  }
}

/** Rows as the API server makes them of Recommendations, by the columns of their definition. */
function rowsOf(objects: readonly unknown[], wanted: readonly string[]): KubeObject[] {
  const columnDefinitions = [{ name: 'Name', format: 'name' }, ...columns]
  const rows = objects.map((object) => ({
    cells: ['.metadata.name', ...columns.map(({ jsonPath }) => jsonPath)].map((path, i) =>
      printed(valueAt(object, path), columns[i - 1]?.type),
    ),
  }))
  return new TableReader(wanted).read(RECOMMENDATIONS.plural, {
    kind: 'Table',
    columnDefinitions,
    rows,
  }) as KubeObject[]
}

function valueAt(object: unknown, path: string): unknown {
  let value = object
  for (const key of path.split('.').slice(1))
    value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value
}

function printed(value: unknown, type = 'string'): unknown {
  if (value === undefined || value === null) return null
  if (typeof value === 'object') return JSON.stringify(value)
  return type === 'string' ? String(value) : value
}
