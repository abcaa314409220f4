import { setTimeout } from 'node:timers/promises'

/**
 * Starts one after another at a steady pace, however long each takes: who is slow gets no fewer.
 *
 * @returns how long each took, in milliseconds
 */
export async function paced(
  work: () => Promise<unknown>,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<number[]> {
  const startedAt = performance.now()
  const timed = async () => {
    const from = performance.now()
    await work()
    return performance.now() - from
  }
  const under: Promise<number>[] = []
  for (let i = 0; i < perSecond * seconds; i++) {
    const wait = startedAt + (1000 * i) / perSecond - performance.now()
    if (wait > 0) await setTimeout(wait)
    under.push(timed())
  }
  return await Promise.all(under)
}

/** @param share 0..1 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
}
