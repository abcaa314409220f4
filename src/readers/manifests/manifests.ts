import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type ParsedDocument, ParsingError, parseDocuments } from '../../parsing/index.ts'
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
  const manifests: Manifest[] = []
  try {
    for (const document of parseDocuments(text)) manifests.push(...objectsIn(document, file, namespace))
  } catch (error) {
    if (!(error instanceof ParsingError)) throw error
    throw new ManifestError(`${file}:${error.line}: ${error.problem}`, { cause: error })
  }
  return manifests
}

function objectsIn({ value, lineOf }: ParsedDocument, file: string, namespace: string): readonly Manifest[] {
  const place: Place = (path) => `${file}:${lineOf(path)}`
  const items = (value as { kind?: unknown; items?: unknown } | null)?.items
  if (!Array.isArray(items)) return manifestOf(value, place, [], namespace)
  return items.flatMap((item, index) => manifestOf(item, place, ['items', index], namespace))
}

/** `file:line` of the value at a path, or of the nearest one around it. */
type Place = (path: readonly PropertyKey[]) => string

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
      where: place(path),
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
  throw new ManifestError(`${place(full)}: ${kind}: ${full.join('.')}: ${message}`)
}
