import { readFile } from 'node:fs/promises'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { DEFAULT_PRICES, Prices } from '../config/index.ts'
import type { PriceTable } from '../insight/index.ts'
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

async function pricesIn(path: string): Promise<PriceTable> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new ReaderError(`--prices ${path} cannot be read: ${cause.message}`, { cause })
  })
  if (text.length > MAX_BYTES)
    throw new ReaderError(`--prices ${path} is larger than 1 MiB: expected a table of prices`)
  const document = parseDocument(text)
  const [problem] = document.errors
  if (problem) throw new ReaderError(`--prices ${path}: ${problem.message}`)
  const result = Prices.safeParse(plain(path, () => document.toJS({ maxAliasCount: 0 })) ?? {})
  if (result.success) return result.data
  throw new ReaderError(`--prices ${path} cannot be used:\n${z.prettifyError(result.error)}`)
}

function plain(path: string, read: () => unknown): unknown {
  try {
    return read()
  } catch (cause) {
    throw new ReaderError(`--prices ${path}: aliases (*name) are not taken: write the values out`, { cause })
  }
}
