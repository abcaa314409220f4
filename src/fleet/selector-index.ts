import type { LabelSelector } from '../api/index.ts'
import { selects } from '../policy/index.ts'

interface Entry {
  readonly key: string
  readonly namespace: string
  readonly selector: LabelSelector
}

/** Finds the selectors that match given labels without trying all of them, because nearly every selector requires an exact label. */
export class SelectorIndex {
  readonly #byLabel: ReadonlyMap<string, readonly Entry[]>

  constructor(entries: readonly Entry[]) {
    this.#byLabel = Map.groupBy(entries, ({ namespace, selector }) => {
      const exact = selector.matchExpressions?.find(({ operator, values }) => operator === 'In' && values?.length === 1)
      return exact ? bucket(namespace, exact.key, exact.values![0]!) : bucket(namespace)
    })
  }

  /** Keys of the selectors of a namespace that match the labels. */
  *selecting(namespace: string, labels: Readonly<Record<string, string>>): Iterable<string> {
    if (this.#byLabel.size === 0) return
    const buckets = [bucket(namespace), ...Object.entries(labels).map(([key, value]) => bucket(namespace, key, value))]
    for (const entry of buckets.flatMap((one) => this.#byLabel.get(one) ?? []))
      if (selects(entry.selector, labels)) yield entry.key
  }
}

/** Neither a namespace nor the key of a label contains a space. */
function bucket(...parts: readonly string[]): string {
  return parts.join(' ')
}
