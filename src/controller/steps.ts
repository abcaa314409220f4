import { pause } from '../clock/index.ts'
import type { ControllerContext } from './context.ts'

/** A task that runs periodically. */
export interface Step {
  /** Name of the step for logs, such as `publishing`. */
  readonly what: string
  /** Seconds from the beginning of one turn to the beginning of the next. */
  readonly everySeconds: number
  run(signal: AbortSignal): void | Promise<void>
}

const TICK_MILLISECONDS = 500

/**
 * Runs steps until the signal aborts, one after another in the given order, each as often as it says. A step that fails is logged
 * and runs again at its next turn; no other step waits for it. Never throws.
 */
export async function runSteps(
  steps: readonly Step[],
  context: Pick<ControllerContext, 'time' | 'logger'>,
  signal: AbortSignal,
): Promise<void> {
  const { time } = context
  const lastAt = new Map<Step, number>()
  while (!signal.aborted) {
    for (const step of steps) {
      const last = lastAt.get(step) ?? Number.NEGATIVE_INFINITY
      if (signal.aborted || time.elapsed() - last < step.everySeconds * 1000) continue
      lastAt.set(step, time.elapsed())
      await attempt(step, context, signal)
    }
    await pause(time, TICK_MILLISECONDS, signal)
  }
}

/**
 * Runs a step once; logs an error unless the signal has aborted.
 *
 * @returns whether the step succeeded
 */
export async function attempt(
  { what, run }: Pick<Step, 'what' | 'run'>,
  { logger }: Pick<ControllerContext, 'logger'>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await run(signal)
    return true
  } catch (error) {
    if (!signal.aborted) logger.warn({ error }, `${what} failed`)
    return false
  }
}
