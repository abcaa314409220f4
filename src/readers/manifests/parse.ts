import type { z } from 'zod'
import { quote } from '../../history/index.ts'
import { type BrokenDocument, type ParsedDocument, parseEachDocument } from '../../parsing/index.ts'
import { isObject } from '../../resources/index.ts'
import { controllerOf, groupKind, type OwnerReference } from '../../workloads/index.ts'
import { Head, isManifestKind, type Manifest, PodTemplate, type Skipped, TEMPLATES } from './manifest.ts'

/** A Rollout that uses the Pod template of another object. */
interface Referring extends Omit<Manifest, 'template'> {
  readonly templateOf: { readonly kind: string; readonly name: string }
}

/** Content of one or several texts, before references between objects are resolved. */
export interface Found {
  readonly objects: (Manifest | Referring)[]
  readonly skipped: Skipped[]
}

export const NOT_KUSTOMIZED = 'a kustomization, whose changes are not read: give what `kubectl kustomize` prints'
/** Templates of Helm and other programs that use `{{ … }}`. */
const UNRENDERED = /\{\{.*\}\}/
/** Placeholders of envsubst, OpenShift and CI systems. */
const VARIABLE = /\$\{?\w+\}?|<[A-Z_]+>|__[A-Z_]+__/
/** Most values of an object of unknown kind that are searched for Pod templates. */
const MOST_LOOKED_AT = 10_000

/** Adds the objects of a text, and the documents that could not be read. */
export function addDocuments(found: Found, text: string, file: string, namespace: string): void {
  for (const document of parseEachDocument(text)) {
    if ('error' in document) found.skipped.push(brokenAt(document, file))
    else addDocument(found, document, file, namespace)
  }
}

function brokenAt({ error, line, text }: BrokenDocument, file: string): Skipped {
  const [what = ''] = error.problem.split('\n', 1)
  const isTemplate = UNRENDERED.test(text) || UNRENDERED.test(error.problem)
  const isVariable = /\$\{\w+\}/.test(text)
  const why = isTemplate
    ? 'a template that is not rendered: give what `helm template` prints'
    : `${what}${isVariable ? ', perhaps because its variables are not replaced yet' : ''}`
  return { where: `${file}:${line}`, why }
}

function addDocument(found: Found, { value, lineOf }: ParsedDocument, file: string, namespace: string): void {
  const place: Place = (path) => `${file}:${lineOf(path)}`
  const whole = withoutNulls(value)
  if (whole === null || whole === undefined) return
  const items = (whole as { items?: unknown }).items
  const all = Array.isArray(items)
    ? items.map((item, index) => [typed(item, whole as object), ['items', index]] as const)
    : Array.isArray(whole)
      ? whole.map((item, index) => [item, [index]] as const)
      : [[whole, []] as const]
  for (const [item, path] of all) {
    try {
      const object = objectOf(item, place, path, namespace)
      if (object) found.objects.push(object)
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error
      found.skipped.push({ where: error.where, why: error.message })
    }
  }
}

/** An object of a list that names the kind only once, as the API does: DeploymentList. */
function typed(
  item: unknown,
  { kind, apiVersion }: { readonly kind?: unknown; readonly apiVersion?: unknown },
): unknown {
  if (!isObject(item) || 'kind' in item || typeof kind !== 'string' || !/.List$/.test(kind)) return item
  return { apiVersion, kind: kind.slice(0, -'List'.length), ...item }
}

/** `file:line` of the value at a path, or of the nearest one around it. */
type Place = (path: readonly PropertyKey[]) => string

class NotUnderstood extends Error {
  readonly where: string

  constructor(where: string, why: string) {
    super(why)
    this.where = where
  }
}

/** The object, if it creates Pods; undefined for others, such as a Service. @throws NotUnderstood */
function objectOf(
  value: unknown,
  place: Place,
  path: readonly PropertyKey[],
  fallback: string,
): Manifest | Referring | undefined {
  const where = place(path)
  if (!isObject(value) || typeof value.kind !== 'string') {
    throw new NotUnderstood(where, 'not a Kubernetes object: it has no kind')
  }
  const kind = kindOf(value.kind, value.apiVersion)
  if (!isManifestKind(kind)) {
    if (kind.startsWith('Kustomization')) {
      throw new NotUnderstood(where, NOT_KUSTOMIZED)
    }
    if (kind.startsWith('Template') && Array.isArray(value.objects)) {
      throw new NotUnderstood(where, 'a template of OpenShift: give what `oc process` prints')
    }
    // A kind without its group may belong to anyone.
    if (isManifestKind(value.kind) || hasPodTemplate(value)) {
      throw new NotUnderstood(where, `${quote(kind)}: Plimsoll does not know how this kind creates Pods`)
    }
    return undefined
  }
  if (hasEnded(value)) return undefined
  if (!isObject(value.metadata)) throw new NotUnderstood(where, `${kind}: not a Kubernetes object: it has no metadata`)
  const { metadata, spec } = check(Head, value, kind, place, path)
  const name = metadata.name ?? metadata.generateName?.replace(/[-.]+$/, '')
  if (!name) throw new NotUnderstood(where, `${kind}: metadata: expected a name or a generateName`)
  const head = {
    where,
    kind,
    name,
    namespace: metadata.namespace ?? fallback,
    replicas: spec.replicas ?? desiredOf(value) ?? 1,
    owners: (metadata.ownerReferences as readonly OwnerReference[] | null | undefined) ?? undefined,
    serviceName: spec.serviceName ?? undefined,
    volumeClaims: spec.volumeClaimTemplates?.map((claim) => claim.metadata.name),
  }
  const templatePath: readonly string[] = TEMPLATES[kind]
  const raw = templatePath.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), value)
  if (raw === undefined && kind === 'Rollout' && spec.workloadRef) return { ...head, templateOf: spec.workloadRef }
  const template = kind === 'Service.serving.knative.dev' ? withContainerNames(raw) : raw
  return { ...head, template: check(PodTemplate, template, kind, place, [...path, ...templatePath]) }
}

/** A template of Knative, in which containers may have no name: adds the names. */
function withContainerNames(template: unknown): unknown {
  if (!isObject(template) || !isObject(template.spec) || !Array.isArray(template.spec.containers)) return template
  const { containers } = template.spec
  const named = containers.map((one, i) => ({ name: `user-container${containers.length > 1 ? `-${i}` : ''}`, ...one }))
  return { ...template, spec: { ...template.spec, containers: named } }
}

/** Kind with its API group, also for groups that Kubernetes had before 1.16, or that OpenShift omits. */
function kindOf(kind: string, apiVersion: unknown): string {
  if (typeof apiVersion !== 'string') return kind
  if (kind === 'DeploymentConfig' && apiVersion === 'v1') return kind
  const isOld = apiVersion.startsWith('extensions/') && /^(?:Deployment|DaemonSet|ReplicaSet)$/.test(kind)
  return isOld ? kind : groupKind(kind, apiVersion)
}

/** Whether an object was read from a cluster where it no longer reserves anything: a completed Pod. */
function hasEnded({ kind, status }: Readonly<Record<string, unknown>>): boolean {
  return kind === 'Pod' && isObject(status) && (status.phase === 'Succeeded' || status.phase === 'Failed')
}

/** Number of Pods of a DaemonSet that was read from a cluster. */
function desiredOf({ kind, status }: Readonly<Record<string, unknown>>): number | undefined {
  const desired = kind === 'DaemonSet' && isObject(status) ? status.desiredNumberScheduled : undefined
  return typeof desired === 'number' && Number.isInteger(desired) && desired >= 0 ? desired : undefined
}

function check<T>(schema: z.ZodType<T>, value: unknown, kind: string, place: Place, base: readonly PropertyKey[]): T {
  const result = schema.safeParse(value)
  // Return the value itself, because the parsed one has its fields in another order.
  if (result.success) return value as T
  const { path, message } = result.error.issues[0]!
  const full = [...base, ...path]
  const found = path.reduce<unknown>((at, key) => (typeof at === 'object' ? at?.[key as never] : undefined), value)
  const isVariable = typeof found === 'string' && VARIABLE.test(found)
  const why = isVariable
    ? `${quote(found)} is a variable that is not replaced yet: give the output of the program that replaces it`
    : message
  throw new NotUnderstood(place(full), `${kind}: ${full.join('.')}: ${why}`)
}

/** Whether an object of an unknown kind has containers somewhere. */
function hasPodTemplate(object: unknown): boolean {
  const waiting: unknown[] = [object]
  for (let looked = 0; waiting.length > 0 && looked < MOST_LOOKED_AT; looked++) {
    const value = waiting.pop()
    if (Array.isArray(value)) for (const item of value.slice(0, MOST_LOOKED_AT)) waiting.push(item)
    else if (isObject(value)) {
      const { containers, steps, container } = value
      const some = [Array.isArray(containers) && containers[0], Array.isArray(steps) && steps[0], container]
      if (some.some((one) => isObject(one) && 'image' in one)) return true
      waiting.push(...Object.values(value).slice(0, MOST_LOOKED_AT))
    }
  }
  return false
}

/** The value without null fields, which kubectl and the API server treat as absent. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(([, field]) => field !== null)
  return Object.fromEntries(kept.map(([name, field]) => [name, withoutNulls(field)]))
}

/**
 * Gives Rollouts the templates of the objects that they reference, and keeps the last one of each object, as applying them would.
 * Objects that are created by another of these objects are left out, as in the output of `kubectl get all`.
 */
export function resolved({ objects, skipped }: Found): {
  readonly manifests: readonly Manifest[]
  readonly skipped: readonly Skipped[]
} {
  const key = ({ kind, namespace, name }: Pick<Manifest, 'namespace' | 'name'> & { readonly kind: string }) =>
    `${kind}/${namespace}/${name}`
  const last = new Map(objects.map((object) => [key(object), object]))
  const left = [...skipped]
  const manifests = objects.flatMap((object) => {
    const { where, kind, namespace, name } = object
    const its = last.get(key(object))!
    if (its !== object) {
      left.push({ where, why: `${kind} ${namespace}/${name} is defined again at ${its.where}, which is used instead` })
      return []
    }
    const maker = controllerOf(object.owners)
    if (maker?.kind !== undefined && maker.name !== undefined) {
      const ofMaker = { kind: kindOf(maker.kind, maker.apiVersion), namespace, name: maker.name }
      // A Deployment keeps the ReplicaSets of its earlier revisions.
      if (last.has(key(ofMaker)) || (kind === 'ReplicaSet' && object.replicas === 0)) return []
    }
    if ('template' in object) return [object]
    const { templateOf, ...rest } = object
    const named = last.get(key({ ...templateOf, namespace }))
    if (named && 'template' in named) return [{ ...rest, template: named.template }]
    const wanted = `${quote(templateOf.kind)} ${namespace}/${templateOf.name}`
    left.push({
      where,
      why: `${kind} ${namespace}/${name} has the template of ${wanted}, which is not among the manifests`,
    })
    return []
  })
  return { manifests, skipped: left }
}
