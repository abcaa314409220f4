import { pause, type Time } from '../clock/index.ts'
import type { Logger } from '../telemetry/index.ts'

const PASS_MILLISECONDS = 1_000

/**
 * Makes a pass each second until the signal aborts. Never throws.
 *
 * @param what name of the work, for the log if a pass fails
 */
export async function runPasses(
  what: string,
  pass: (signal: AbortSignal) => Promise<void>,
  { time, logger }: { readonly time: Time; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await pass(signal).catch((error) => {
      if (!signal.aborted) logger.warn({ error }, `${what} failed`)
    })
    await pause(time, PASS_MILLISECONDS, signal)
  }
}
