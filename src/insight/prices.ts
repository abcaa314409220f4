import { z } from 'zod'
import type { Price, PriceTable } from './model.ts'

/**
 * Of the order of what public clouds list for on-demand machines (2025: 0.02 to 0.05 a core and hour, 0.003 to 0.006 a GiB and
 * hour). For a first idea only: nobody pays exactly this.
 */
export const DEFAULT_PRICES: PriceTable = { currency: 'USD', coreHour: 0.03, gibHour: 0.004, pools: [] }

/** 365 days / 12. */
export const HOURS_PER_MONTH = 730

const GIB = 2 ** 30

const HourlyPrice = z.number('expected a price for an hour, such as 0.03').min(0).max(1_000_000)

const Pool = z.strictObject({
  name: z.string().min(1).max(63).describe('For people.'),
  labels: z
    .record(z.string().min(1).max(317), z.string().max(63))
    .refine((labels) => Object.keys(labels).length > 0, 'expected at least one label of the nodes of this pool')
    .describe('A node with all of these labels belongs to the pool; the first pool that fits counts.'),
  coreHour: HourlyPrice.describe('What reserving a core for an hour costs.'),
  gibHour: HourlyPrice.describe('What reserving a GiB of memory for an hour costs.'),
})

/** What reserving costs: the same schema for a file and for Helm values. */
export const Prices = z.strictObject({
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'expected a currency by its three letters, such as USD')
    .default(DEFAULT_PRICES.currency)
    .describe('ISO 4217.'),
  coreHour: HourlyPrice.default(DEFAULT_PRICES.coreHour).describe('What reserving a core for an hour costs.'),
  gibHour: HourlyPrice.default(DEFAULT_PRICES.gibHour).describe('What reserving a GiB of memory for an hour costs.'),
  pools: z.array(Pool).max(100).default([]).describe('Nodes that cost something else.'),
})

/** Per month, in the currency of the price. */
export function costPerMonth(cores: number, bytes: number, { coreHour, gibHour }: Price): number {
  return (cores * coreHour + (bytes / GIB) * gibHour) * HOURS_PER_MONTH
}

/** @param labels of a node; undefined where they are not known */
export function priceOfNode(table: PriceTable, labels: Readonly<Record<string, string>> | undefined): Price {
  const pool = table.pools.find((one) =>
    Object.entries(one.labels).every(
      ([name, value]) => labels && Object.hasOwn(labels, name) && labels[name] === value,
    ),
  )
  const { coreHour, gibHour } = pool ?? table
  return { coreHour, gibHour }
}

/** The mean of what each Pod's node costs; the usual price where no Pod is known. */
export function meanPrice(table: PriceTable, prices: readonly Price[]): Price {
  if (prices.length === 0) return priceOfNode(table, undefined)
  const mean = (of: (price: Price) => number) => prices.reduce((sum, price) => sum + of(price), 0) / prices.length
  return { coreHour: mean(({ coreHour }) => coreHour), gibHour: mean(({ gibHour }) => gibHour) }
}
