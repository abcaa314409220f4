import { pause } from '../clock/index.ts'
import type { ControllerContext } from './context.ts'

/** Something that is done again and again. */
export interface Step {
  /** For logs: `publishing`. */
  readonly what: string
  /** From the beginning of one turn to that of the next. */
  readonly everySeconds: number
  run(signal: AbortSignal): void | Promise<void>
}

const TICK_MILLISECONDS = 500

/**
 * Takes steps until the signal aborts, one after another in the given order, each as often as it says. What fails is logged and
 * tried again at its next turn; no other step waits for it. Never throws.
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

/** @returns whether it succeeded */
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
