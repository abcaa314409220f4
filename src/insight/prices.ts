import type { Price, PriceTable } from './model.ts'

/** Hours in an average month: 365 days / 12. */
export const HOURS_PER_MONTH = 730

const GIB = 2 ** 30

/** Cost per month, in the currency of the price. */
export function costPerMonth(cores: number, bytes: number, { coreHour, gibHour }: Price): number {
  return (cores * coreHour + (bytes / GIB) * gibHour) * HOURS_PER_MONTH
}

/** @param labels labels of the node; undefined if they are not known */
export function priceOfNode(table: PriceTable, labels: Readonly<Record<string, string>> | undefined): Price {
  const pool = table.pools.find((one) =>
    Object.entries(one.labels).every(
      ([name, value]) => labels && Object.hasOwn(labels, name) && labels[name] === value,
    ),
  )
  const { coreHour, gibHour } = pool ?? table
  return { coreHour, gibHour }
}

/** Mean price of the nodes of all Pods; the usual price if no Pod is known. */
export function meanPrice(table: PriceTable, prices: readonly Price[]): Price {
  if (prices.length === 0) return priceOfNode(table, undefined)
  const mean = (of: (price: Price) => number) => prices.reduce((sum, price) => sum + of(price), 0) / prices.length
  return { coreHour: mean(({ coreHour }) => coreHour), gibHour: mean(({ gibHour }) => gibHour) }
}
