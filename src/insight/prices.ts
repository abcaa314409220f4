import type { Price, PriceTable } from './model.ts'

/** Hours in an average month: 365 days / 12. */
export const HOURS_PER_MONTH = 730

const GIB = 2 ** 30

/** Cost per month, in the currency of the price. */
export function costPerMonth(cores: number, bytes: number, { coreHour, gibHour }: Price): number {
  return (cores * coreHour + (bytes / GIB) * gibHour) * HOURS_PER_MONTH
}

type Labels = Readonly<Record<string, string>>

/** @param labels labels of the node; undefined if they are not known */
export function priceOfNode(table: PriceTable, labels: Labels | undefined): Price {
  const { coreHour, gibHour } = table.pools.find((one) => hasAll(labels, one.labels)) ?? table
  return { coreHour, gibHour }
}

/**
 * Cost of a whole node per month: what the table says for such nodes, else the sum of its cores and GiB.
 *
 * @param allocatable cores and bytes; bytes count as whole GiB, so that nodes of one type cost the same although they differ by some MiB
 */
export function nodePerMonth(
  table: PriceTable,
  labels: Labels,
  { cores, bytes }: { readonly cores: number; readonly bytes: number },
): number {
  const known = table.nodes.find((one) => one.labels && hasAll(labels, one.labels))
  if (known) return known.nodeHour * HOURS_PER_MONTH
  return costPerMonth(cores, Math.round(bytes / GIB) * GIB, priceOfNode(table, labels))
}

function hasAll(labels: Labels | undefined, wanted: Labels): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => labels && Object.hasOwn(labels, name) && labels[name] === value,
  )
}

/** Mean price of the nodes of all Pods; the usual price if no Pod is known. */
export function meanPrice(table: PriceTable, prices: readonly Price[]): Price {
  if (prices.length === 0) return priceOfNode(table, undefined)
  const mean = (of: (price: Price) => number) => prices.reduce((sum, price) => sum + of(price), 0) / prices.length
  return { coreHour: mean(({ coreHour }) => coreHour), gibHour: mean(({ gibHour }) => gibHour) }
}
