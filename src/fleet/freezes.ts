import type { Freeze } from '../revisions/index.ts'

/** On a Namespace; its value is the reason, for people. On Plimsoll's own it holds for the cluster. */
export const FREEZE_ANNOTATION = 'plimsoll.dev/freeze'
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/

/** RFC 3339; without it, or where it cannot be read, the freeze lasts until it is taken away. */
export const FREEZE_UNTIL_ANNOTATION = 'plimsoll.dev/freeze-until'

/** The freeze that the annotations of a namespace tell of; undefined where there is none. */
export function readFreeze(annotations: Readonly<Record<string, string>>, of: string): Freeze | undefined {
  const reason = annotations[FREEZE_ANNOTATION]
  if (reason === undefined) return undefined
  const text = annotations[FREEZE_UNTIL_ANNOTATION] ?? ''
  // Date makes something of nearly anything: "week 49" would be 2049, and "2" long ago.
  const until = new Date(RFC_3339.test(text) ? text : Number.NaN)
  return { of, ...(reason && { reason }), ...(!Number.isNaN(until.getTime()) && { until }) }
}

/** Where nothing new may be applied for now. Fed by watches; asks nobody. */
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

  /** The freezes that hold in a namespace: the cluster's, and its own. */
  of(namespace: string): readonly Freeze[] {
    return [this.#ofCluster, this.#ofNamespaces.get(namespace)].filter((freeze) => freeze !== undefined)
  }
}
