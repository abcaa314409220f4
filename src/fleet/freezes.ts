import type { Freeze } from '../revisions/index.ts'

/** Annotation that freezes a Namespace; its value is the reason, for a person. On Plimsoll's own namespace it freezes the cluster. */
export const FREEZE_ANNOTATION = 'plimsoll.dev/freeze'
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/

/** Annotation with the end of a freeze, RFC 3339; if it is missing or cannot be read, the freeze lasts until it is removed. */
export const FREEZE_UNTIL_ANNOTATION = 'plimsoll.dev/freeze-until'

/** Reads the freeze from the annotations of a namespace; undefined if there is none. */
export function readFreeze(annotations: Readonly<Record<string, string>>, of: string): Freeze | undefined {
  const reason = annotations[FREEZE_ANNOTATION]
  if (reason === undefined) return undefined
  const text = annotations[FREEZE_UNTIL_ANNOTATION] ?? ''
  // Date accepts nearly any text: "week 49" would be 2049, and "2" a time long ago.
  const until = new Date(RFC_3339.test(text) ? text : Number.NaN)
  return { of, ...(reason && { reason }), ...(!Number.isNaN(until.getTime()) && { until }) }
}

/** Freezes of the cluster and of namespaces: while one lasts, no new revision is applied. It is fed by watches and sends no requests. */
export class Freezes {
  #ofCluster: Freeze | undefined
  readonly #ofNamespaces = new Map<string, Freeze>()

  setCluster(freeze: Freeze | undefined): void {
    this.#ofCluster = freeze
  }

  set(namespace: string, freeze: Freeze | undefined): void {
    if (freeze) this.#ofNamespaces.set(namespace, freeze)
    else this.#ofNamespaces.delete(namespace)
  }

  /** The freezes that apply to a namespace: the cluster's and its own. */
  of(namespace: string): readonly Freeze[] {
    return [this.#ofCluster, this.#ofNamespaces.get(namespace)].filter((freeze) => freeze !== undefined)
  }
}
