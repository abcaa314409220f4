/** What differs between the Pods of a load: only what differs between replicas, or their template as well. */
export const KINDS = ['replicas', 'new templates'] as const
export type Kind = (typeof KINDS)[number]

/** Text that the load generator replaces by ten other hexadecimal digits in each request. */
const VARIES = '__varies__'

interface Review {
  readonly request: {
    readonly uid: string
    readonly object: {
      readonly metadata: {
        readonly labels: Readonly<Record<string, string>>
        readonly ownerReferences: readonly { readonly uid: string }[]
      }
    }
  }
}

/**
 * The text of a review, with marks where one differs from the next. Replicas differ in the uid of the request and in the name of the
 * volume with their token. Pods of a new template also have another ReplicaSet and another image.
 */
export function varied(text: string, kind: Kind): string {
  const { uid, object } = (JSON.parse(text) as Review).request
  const { labels, ownerReferences } = object.metadata
  const replicas = text.replaceAll(uid, varies(uid)).replaceAll(/kube-api-access-\w+/g, `kube-api-access-${VARIES}`)
  if (kind === 'replicas') return replicas
  return replicas
    .replaceAll(labels['pod-template-hash']!, VARIES)
    .replaceAll(ownerReferences[0]!.uid, varies(ownerReferences[0]!.uid))
    .replaceAll(/"image":"([^"]+)\.\d+"/g, `"image":"$1.${VARIES}"`)
}

function varies(uid: string): string {
  return VARIES + uid.slice(VARIES.length)
}
