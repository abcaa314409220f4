import { performance } from 'node:perf_hooks'
import { setImmediate as soon } from 'node:timers/promises'

/** How long nothing may happen before a test counts as stuck. Work on threads, such as making a key, is not seen. */
const STUCK_MILLISECONDS = 2_000
const LOOK_MILLISECONDS = 100
/** Share of the time that the event loop works while all it does is to look. */
const AT_REST = 0.05
/** Open ends that may wait forever: nobody at the other end is outside of this process. */
const ENDS = new Set(['TCPServerWrap', 'TCPSocketWrap', 'PipeServerWrap', 'PipeWrap', 'TLSWrap'])

/** What keeps the process alive when no test runs, such as the pipes to StrykerJS. */
let resting: readonly string[] = []

/** Call once, when everything is loaded. */
export function rememberWhatRests(): void {
  resting = process.getActiveResourcesInfo()
}

/** Whether everything that tests began ends within a short time. */
export async function comesToRest(): Promise<boolean> {
  for (let turn = 0; turn < 50; turn++) {
    if (process.getActiveResourcesInfo().length <= resting.length) return true
    await soon()
  }
  return false
}

/**
 * Waits for `action`, and returns how it failed: with its error, with one that nobody caught meanwhile, because it took
 * too long, or because nothing happens any more that could end it (node:test tells by the end of the process, which a
 * worker never reaches).
 */
export function untilSettled(action: () => Promise<void>, limitMilliseconds: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const began = performance.now()
    let idleSince = began
    let before = performance.eventLoopUtilization()
    const look = setInterval(() => {
      const now = performance.eventLoopUtilization()
      const { utilization } = performance.eventLoopUtilization(now, before)
      before = now
      const busy = utilization > AT_REST || movers(process.getActiveResourcesInfo()) > movers(resting)
      if (busy) idleSince = performance.now()
      if (performance.now() - idleSince > STUCK_MILLISECONDS) settle(new Error('it waits for what never comes'))
      else if (performance.now() - began > limitMilliseconds) settle(new Error('it takes too long'))
    }, LOOK_MILLISECONDS).unref()
    const onUncaught = (thrown: unknown) => settle(asError(thrown))
    const settle = (error?: Error) => {
      clearInterval(look)
      process.off('uncaughtException', onUncaught).off('unhandledRejection', onUncaught)
      resolve(error)
    }
    process.on('uncaughtException', onUncaught).on('unhandledRejection', onUncaught)
    action().then(() => settle(), onUncaught)
  })
}

/** How many of some resources will do something, whatever others do: timers, reads, child processes. */
function movers(resources: readonly string[]): number {
  return resources.filter((resource) => !ENDS.has(resource)).length
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
