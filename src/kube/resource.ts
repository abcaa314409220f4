/** A kind of object of the Kubernetes API and where it is served. */
export interface ResourceType {
  /** `v1`, or group and version: `coordination.k8s.io/v1`. */
  readonly apiVersion: string
  readonly kind: string
  /** As in paths, lower case: `leases`. */
  readonly plural: string
}

/** What every object carries; the rest is the caller's to describe. */
export interface KubeObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: {
    readonly name?: string
    readonly namespace?: string | undefined
    readonly uid?: string
    readonly resourceVersion?: string
    readonly [field: string]: unknown
  }
}

/** One object; without a namespace one that is in none. */
export interface ObjectName {
  readonly namespace?: string | undefined
  readonly name: string
}

/**
 * Path of a collection (of one namespace, or of the whole cluster), of an object in it, or of an object's subresource.
 * Throws when a part could lead elsewhere, such as `..`.
 */
export function pathOf(
  { apiVersion, plural }: ResourceType,
  { namespace, name, subresource }: Partial<ObjectName> & { subresource?: string | undefined } = {},
): string {
  return [
    ...[apiVersion.includes('/') ? '/apis' : '/api', ...apiVersion.split('/').map(segment)],
    ...(namespace === undefined ? [] : ['namespaces', segment(namespace)]),
    segment(plural),
    ...(name === undefined ? [] : [segment(name)]),
    ...(subresource === undefined ? [] : [segment(subresource)]),
  ].join('/')
}

/** A query string, `?` included, of what is defined; empty when nothing is. */
export function queryOf(values: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value))
  return query.size > 0 ? `?${query}` : ''
}

/** Kubernetes refuses `/` and `%` in names, and `.` and `..` as names; whatever else is odd is encoded. */
function segment(value: string): string {
  if (value === '' || value === '.' || value === '..' || /[/%]/.test(value)) {
    throw new Error(`${JSON.stringify(value)} cannot be part of an API path: use the name of a Kubernetes object`)
  }
  return encodeURIComponent(value)
}
