/** A kind of object of the Kubernetes API and where it is served. */
export interface ResourceType {
  /** Version, or group and version: `v1`, `coordination.k8s.io/v1`. */
  readonly apiVersion: string
  readonly kind: string
  /** Plural in lower case, as in paths: `leases`. */
  readonly plural: string
}

/** Fields that every object has; the caller declares the rest. */
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

/** Name of one object; without a namespace, of one that belongs to no namespace. */
export interface ObjectName {
  readonly namespace?: string | undefined
  readonly name: string
}

/**
 * Path of a collection (of one namespace, or of the whole cluster), of an object in it, or of an object's subresource.
 *
 * @throws Error if a part could lead elsewhere, such as `..`
 */
export function pathOf(
  { apiVersion, plural }: ResourceType,
  { namespace, name, subresource }: Partial<ObjectName> & { subresource?: string | undefined } = {},
): string {
  return [
    versionPath(apiVersion),
    ...(namespace === undefined ? [] : ['namespaces', segment(namespace)]),
    segment(plural),
    ...(name === undefined ? [] : [segment(name)]),
    ...(subresource === undefined ? [] : [segment(subresource)]),
  ].join('/')
}

/**
 * Path of an API version, at which the API server lists its resources.
 *
 * @throws Error if a part could lead elsewhere
 */
export function versionPath(apiVersion: string): string {
  return [apiVersion.includes('/') ? '/apis' : '/api', ...apiVersion.split('/').map(segment)].join('/')
}

/** Query string of the values that are defined, with `?`; empty if there are none. */
export function queryOf(values: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value))
  return query.size > 0 ? `?${query}` : ''
}

/**
 * Encodes a part of a path. Kubernetes refuses `/` and `%` in names, and `.` and `..` as names.
 *
 * @throws Error for such a name, or an empty one
 */
function segment(value: string): string {
  if (value === '' || value === '.' || value === '..' || /[/%]/.test(value)) {
    throw new Error(`${JSON.stringify(value)} cannot be part of an API path: use the name of a Kubernetes object`)
  }
  return encodeURIComponent(value)
}
