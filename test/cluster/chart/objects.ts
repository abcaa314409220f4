import type { ControlPlane } from '../harness/index.ts'

interface Stored {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown }
  readonly [field: string]: unknown
}

/** What changes regardless of what is installed; an APIService is the API server's own echo of a CRD. */
const ALIVE = [
  'apiservices',
  'events',
  'leases',
  'endpoints',
  'endpointslices',
  'componentstatuses',
  'pods',
  'nodes',
  'ipaddresses',
  'servicecidrs',
]

/** Every object of the cluster that stays as it is unless somebody changes it, as text by where it is. */
export async function everyObject({ kubectl }: ControlPlane): Promise<Map<string, string>> {
  const listed = await kubectl(['api-resources', '--verbs=list', '--output=name'])
  const types = listed
    .trim()
    .split('\n')
    .filter((name) => !ALIVE.includes(name.split('.')[0]!))
  const answer = await kubectl(['get', types.join(','), '--all-namespaces', '--output=json'])
  const { items } = JSON.parse(answer) as { items: Stored[] }
  return new Map(
    items.map(({ metadata, status, ...object }) => {
      const { resourceVersion, managedFields, generation, uid, creationTimestamp, ...standing } = metadata
      const where = `${object.apiVersion} ${object.kind} ${metadata.namespace ?? ''}/${metadata.name}`
      return [where, JSON.stringify({ ...object, metadata: standing })]
    }),
  )
}

/** Where two states of a cluster differ: `+` came, `-` went, `~` changed. */
export function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const came = [...after.keys()].filter((where) => !before.has(where)).map((where) => `+ ${where}`)
  const went = [...before.keys()].filter((where) => !after.has(where)).map((where) => `- ${where}`)
  const changed = [...after].filter(([where, text]) => before.has(where) && before.get(where) !== text)
  return [...came, ...went, ...changed.map(([where]) => `~ ${where}`)].sort()
}
