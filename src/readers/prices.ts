import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { DEFAULT_PRICES, Prices } from '../config/index.ts'
import { nodePerMonth, type PriceTable } from '../insight/index.ts'
import type { PriceOf } from '../nodes/index.ts'
import { decodeText, ParsingError, parseYaml } from '../parsing/index.ts'
import { ReaderError } from './error.ts'

const MAX_BYTES = 1024 * 1024

export interface PriceOptions {
  readonly prices?: string
  readonly cpuPrice?: number
  readonly memoryPrice?: number
}

/**
 * Prices from the options.
 *
 * @throws ReaderError if the file cannot be used; the message names what is wrong in it
 */
export async function readPrices({ prices, cpuPrice, memoryPrice }: PriceOptions): Promise<PriceTable> {
  if (prices !== undefined) return await pricesIn(prices)
  return {
    ...DEFAULT_PRICES,
    ...(cpuPrice !== undefined && { coreHour: cpuPrice }),
    ...(memoryPrice !== undefined && { gibHour: memoryPrice }),
  }
}

/** Prices of nodes per month. */
export function pricesPerMonth(prices: PriceTable): PriceOf {
  return ({ labels, allocatable }) =>
    nodePerMonth(prices, labels, { cores: allocatable.cpu! / 1000, bytes: allocatable.memory! })
}

async function pricesIn(path: string): Promise<PriceTable> {
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new ReaderError(`--prices ${path} cannot be read: ${cause.message}`, { cause })
  })
  if (bytes.length > MAX_BYTES)
    throw new ReaderError(`--prices ${path} is larger than 1 MiB: expected a table of prices`)
  const result = Prices.safeParse(readValue(decodeText(bytes), path) ?? {})
  if (result.success) return result.data
  throw new ReaderError(`--prices ${path} cannot be used:\n${z.prettifyError(result.error)}`)
}

function readValue(text: string, path: string): unknown {
  try {
    return parseYaml(text)
  } catch (cause) {
    if (!(cause instanceof ParsingError)) throw cause
    throw new ReaderError(`--prices ${path}: ${cause.message}`, { cause })
  }
}
