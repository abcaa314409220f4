import { z } from 'zod'
import { Quantity } from './quantity.ts'

const HourlyPrice = z.number('expected a price for an hour, such as 0.03').min(0).max(1_000_000)

const Name = z.string().min(1).max(63).describe('For people.')
const Labels = z
  .record(z.string().min(1).max(317), z.string().max(63))
  .refine((labels) => Object.keys(labels).length > 0, 'expected at least one label of these nodes')

const Pool = z.strictObject({
  name: Name,
  labels: Labels.describe('A node with all of these labels belongs to the pool; the first pool that matches counts.'),
  coreHour: HourlyPrice.describe('Price of reserving a core for an hour.'),
  gibHour: HourlyPrice.describe('Price of reserving a GiB of memory for an hour.'),
})

const NANOS_PER_UNIT = 1e9
const Amount = Quantity.transform((nanos) => Number(nanos) / NANOS_PER_UNIT)

const NodePrice = z
  .strictObject({
    name: Name,
    labels: Labels.optional().describe(
      'A node with all of these labels costs this; the first entry that matches counts.',
    ),
    nodeHour: HourlyPrice.describe('Price of such a node for an hour.'),
    cpu: Amount.optional().describe(
      'Allocatable CPU of such a node: what Pods may request, as kubectl describe node shows it.',
    ),
    memory: Amount.optional().describe('Allocatable memory.'),
    pods: z.number().int().min(1).max(10_000).optional().describe('Largest number of Pods.'),
  })
  .refine(
    ({ cpu, memory, pods }) => new Set([cpu, memory, pods].map((amount) => amount === undefined)).size === 1,
    'expected cpu, memory and pods together, or none of them',
  )
  .refine(({ labels, cpu }) => labels !== undefined || cpu !== undefined, 'expected labels, or cpu, memory and pods')

/** Prices of reserved resources and of nodes: the schema of a file. */
export const Prices = z.strictObject({
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'expected a currency by its three letters, such as USD')
    .default('USD')
    .describe('ISO 4217.'),
  coreHour: HourlyPrice.default(0.03).describe('Price of reserving a core for an hour.'),
  gibHour: HourlyPrice.default(0.004).describe('Price of reserving a GiB of memory for an hour.'),
  pools: z.array(Pool).max(100).default([]).describe('Nodes with other prices.'),
  nodes: z.array(NodePrice).max(200).default([]).describe('Prices of whole nodes, and shapes to compare.'),
})

/** Prices for the dashboard, which shows no nodes. */
export const DashboardPrices = Prices.omit({ nodes: true })

/** Prices for experiments: their costs are shown without a currency, and all their nodes have one price. */
export const ExperimentPrices = DashboardPrices.omit({ currency: true, pools: true })

/**
 * Prices of the same order as the list prices of public clouds for on-demand machines (2025: 0.02 to 0.05 per core and hour,
 * 0.003 to 0.006 per GiB and hour). They are for a first idea only: nobody pays exactly this.
 */
export const DEFAULT_PRICES = Prices.parse({})
