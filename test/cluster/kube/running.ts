import type { TestContext } from 'node:test'

/** Runs a reflector until the test ends. */
export function runReflector(context: TestContext, reflector: { run(signal: AbortSignal): Promise<void> }): void {
  const stop = new AbortController()
  const running = reflector.run(stop.signal)
  context.after(async () => {
    stop.abort()
    await running
  })
}
