import { z } from 'zod'

const HourlyPrice = z.number('expected a price for an hour, such as 0.03').min(0).max(1_000_000)

const Pool = z.strictObject({
  name: z.string().min(1).max(63).describe('For people.'),
  labels: z
    .record(z.string().min(1).max(317), z.string().max(63))
    .refine((labels) => Object.keys(labels).length > 0, 'expected at least one label of the nodes of this pool')
    .describe('A node with all of these labels belongs to the pool; the first pool that matches counts.'),
  coreHour: HourlyPrice.describe('Price of reserving a core for an hour.'),
  gibHour: HourlyPrice.describe('Price of reserving a GiB of memory for an hour.'),
})

/** Prices of reserved resources: the same schema for a file and for Helm values. */
export const Prices = z.strictObject({
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'expected a currency by its three letters, such as USD')
    .default('USD')
    .describe('ISO 4217.'),
  coreHour: HourlyPrice.default(0.03).describe('Price of reserving a core for an hour.'),
  gibHour: HourlyPrice.default(0.004).describe('Price of reserving a GiB of memory for an hour.'),
  pools: z.array(Pool).max(100).default([]).describe('Nodes with other prices.'),
})

/** Prices for experiments: their costs are shown without a currency, and all their nodes have one price. */
export const ExperimentPrices = Prices.omit({ currency: true, pools: true })

/**
 * Prices of the same order as the list prices of public clouds for on-demand machines (2025: 0.02 to 0.05 per core and hour,
 * 0.003 to 0.006 per GiB and hour). They are for a first idea only: nobody pays exactly this.
 */
export const DEFAULT_PRICES = Prices.parse({})
