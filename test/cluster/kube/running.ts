import type { TestContext } from 'node:test'
import { until } from '../harness/index.ts'

/** Runs a reflector until the test ends; returns once it has listed everything. */
export async function runReflector(
  context: TestContext,
  reflector: { readonly isSynced: boolean; run(signal: AbortSignal): Promise<void> },
): Promise<void> {
  const stop = new AbortController()
  const running = reflector.run(stop.signal)
  context.after(async () => {
    stop.abort()
    await running
  })
  await until('the first list', () => reflector.isSynced)
}
