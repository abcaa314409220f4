import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Document, LineCounter, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { groupKind } from '../../workloads/index.ts'

/** Manifests cannot be read. The message says which file, which line, and what to do. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError'
}

const Label = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'expected a DNS label: a-z, 0-9 and -, at most 63')
const Name = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/, 'expected a DNS name: a-z, 0-9, - and ., at most 253')
const Strings = z.record(z.string(), z.string()).nullish()
const Quantities = z.record(z.string(), z.union([z.string(), z.number()])).nullish()
const Container = z.looseObject({
  name: Label,
  resources: z.looseObject({ requests: Quantities, limits: Quantities }).nullish(),
})

const PodTemplate = z.looseObject({
  metadata: z.looseObject({ labels: Strings, annotations: Strings }).nullish(),
  spec: z.looseObject({ containers: z.array(Container).min(1), initContainers: z.array(Container).nullish() }),
})
export type PodTemplate = z.infer<typeof PodTemplate>

/** Path to the template of the Pods in each kind of object. */
const TEMPLATES = {
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  Rollout: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
  Pod: [],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type ManifestKind = keyof typeof TEMPLATES

export function isManifestKind(kind: unknown): kind is ManifestKind {
  return typeof kind === 'string' && Object.hasOwn(TEMPLATES, kind)
}

const Head = z.looseObject({
  metadata: z.looseObject({ name: Name, namespace: Label.nullish() }),
  spec: z.looseObject({
    replicas: z.int().min(0).nullish(),
    serviceName: z.string().nullish(),
    volumeClaimTemplates: z.array(z.looseObject({ metadata: z.looseObject({ name: Label }) })).nullish(),
  }),
})

/** One object that creates Pods, as its author wrote it. */
export interface Manifest {
  /** File and line for messages: `examples/cart.yaml:1`. */
  readonly where: string
  readonly kind: ManifestKind
  readonly name: string
  readonly namespace: string
  /** Number of replicas; 1 if the manifest has none, as in the API. */
  readonly replicas: number
  /** `spec.serviceName` of a StatefulSet. */
  readonly serviceName?: string | undefined
  /** Names of the volumeClaimTemplates of a StatefulSet. */
  readonly volumeClaims?: readonly string[] | undefined
  readonly template: PodTemplate
}

const MAX_FILE_BYTES = 4 * 1024 * 1024
const MANIFEST_FILE = /\.(ya?ml|json)$/

/**
 * Reads the objects that create Pods from files and folders (the files directly inside), in order of name. Other objects, such
 * as Services, are skipped: manifests are often mixed.
 *
 * @throws ManifestError with file and line
 */
export async function readManifests(paths: readonly string[]): Promise<readonly Manifest[]> {
  const manifests: Manifest[] = []
  for (const path of paths) {
    for (const file of await filesAt(path)) manifests.push(...parseManifests(await textOf(file), file))
  }
  if (manifests.length === 0) {
    const kinds = Object.keys(TEMPLATES).join(', ')
    throw new ManifestError(`${paths.join(', ')}: no object that makes Pods. Expected at least one ${kinds} in YAML`)
  }
  return manifests
}

async function filesAt(path: string): Promise<readonly string[]> {
  const stats = await stat(path).catch(explainUnreadable(path))
  if (!stats.isDirectory()) return [path]
  return (await readdir(path))
    .filter((name) => MANIFEST_FILE.test(name))
    .sort()
    .map((name) => join(path, name))
}

async function textOf(file: string): Promise<string> {
  const { size } = await stat(file).catch(explainUnreadable(file))
  if (size > MAX_FILE_BYTES) throw new ManifestError(`${file}: larger than 4 MiB. Expected manifests in YAML: split it`)
  return readFile(file, 'utf8').catch(explainUnreadable(file))
}

function explainUnreadable(path: string) {
  return (cause: NodeJS.ErrnoException): never => {
    const problem = cause.code === 'ENOENT' ? 'no such file or folder' : cause.message
    throw new ManifestError(`${path}: ${problem}. Expected a manifest in YAML, or a folder of them`, { cause })
  }
}

/**
 * Parses the objects that create Pods from YAML or JSON text.
 *
 * @param file path for messages
 * @param namespace namespace of objects that name none
 * @throws ManifestError with file and line
 */
export function parseManifests(text: string, file: string, namespace = 'default'): readonly Manifest[] {
  const lineCounter = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter, merge: true, logLevel: 'error' })
  return documents.flatMap((document) => {
    const [error] = document.errors
    if (error) throw new ManifestError(`${file}:${error.linePos?.[0].line}: not YAML: ${withoutPlace(error.message)}`)
    return objectsIn(document, new Place(file, document, lineCounter), namespace)
  })
}

/** The message of the parser without the place, which is in its middle, before the lines that it shows. */
function withoutPlace(message: string): string {
  return message.trimEnd().replace(/ at line \d+, column \d+:\n\n/, '\n')
}

/** Finds the lines of fields in a document. */
class Place {
  readonly #file: string
  readonly #document: Document
  readonly #lines: LineCounter

  constructor(file: string, document: Document, lines: LineCounter) {
    this.#file = file
    this.#document = document
    this.#lines = lines
  }

  /** `file:line` of the value at the path, or of the nearest one around it. */
  of(path: readonly PropertyKey[]): string {
    for (let length = path.length; length >= 0; length--) {
      const node = length === 0 ? this.#document.contents : this.#document.getIn(path.slice(0, length), true)
      const range = (node as { range?: readonly number[] } | undefined)?.range
      if (range) return `${this.#file}:${this.#lines.linePos(range[0]!).line}`
    }
    return this.#file
  }
}

function objectsIn(document: Document, place: Place, namespace: string): Manifest[] {
  let value: unknown
  try {
    value = document.toJS()
  } catch (cause) {
    // Aliases that are unresolved, or that multiply.
    throw new ManifestError(`${place.of([])}: not YAML: ${(cause as Error).message}`, { cause })
  }
  const items = (value as { kind?: unknown; items?: unknown } | null)?.items
  if (!Array.isArray(items)) return manifestOf(value, place, [], namespace)
  return items.flatMap((item, index) => manifestOf(item, place, ['items', index], namespace))
}

function manifestOf(value: unknown, place: Place, path: readonly PropertyKey[], namespace: string): Manifest[] {
  const { apiVersion, kind } = (value ?? {}) as { apiVersion?: unknown; kind?: unknown }
  if (!isManifestKind(kind)) return []
  // Another API group may have a kind of the same name, such as the StatefulSet of OpenKruise.
  if (typeof apiVersion === 'string' && groupKind(kind, apiVersion) !== kind) return []
  const templatePath: readonly string[] = TEMPLATES[kind]
  const { metadata, spec } = check(Head, value, kind, place, path)
  const rawTemplate = templatePath.reduce<unknown>(
    (at, key) => (at as Record<string, unknown> | undefined)?.[key],
    value,
  )
  return [
    {
      where: place.of(path),
      kind,
      name: metadata.name,
      namespace: metadata.namespace ?? namespace,
      replicas: spec.replicas ?? 1,
      serviceName: spec.serviceName ?? undefined,
      volumeClaims: spec.volumeClaimTemplates?.map((claim) => claim.metadata.name),
      template: check(PodTemplate, rawTemplate, kind, place, [...path, ...templatePath]),
    },
  ]
}

function check<T>(schema: z.ZodType<T>, value: unknown, kind: string, place: Place, base: readonly PropertyKey[]): T {
  const result = schema.safeParse(value)
  // Return the value itself: the fields of the parsed one are in another order.
  if (result.success) return value as T
  const { path, message } = result.error.issues[0]!
  const full = [...base, ...path]
  throw new ManifestError(`${place.of(full)}: ${kind}: ${full.join('.')}: ${message}`)
}
