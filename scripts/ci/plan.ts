import type { State, Suite } from './suite.ts'

/** A machine has room for eight clusters (`SLOTS` in test/cluster/harness/layout.ts), and some suites start two. */
const MOST_AT_A_TIME = 6
/** A suite starts only if so many times its usual minutes are left: where others run beside it, and where it is alone. */
const MARGIN = 1.25
const MARGIN_ALONE = 1.05
/** Sums of tenths are not exact. */
const ROUNDING = 1e-9

export interface Situation {
  /** In the order in which they start where several could. */
  readonly suites: readonly Suite[]
  /** The state of every suite, by name. */
  readonly states: ReadonlyMap<string, State>
  /** Processor cores of the machine. */
  readonly cores: number
  readonly elapsedMinutes: number
  /** When everything must have ended. */
  readonly limitMinutes: number
}

export interface Steps {
  readonly start: readonly Suite[]
  readonly leaveOut: readonly { readonly suite: Suite; readonly why: string }[]
}

/**
 * Which suites to start now and which to leave out. A suite starts when what it needs has passed and the processors have room
 * for it; one that has to be alone, when all others are over. It is left out when what it needs did not pass, or when too little time is left.
 */
export function nextSteps({ suites, states, cores, elapsedMinutes, limitMinutes }: Situation): Steps {
  const statusOf = (name: string) => states.get(name)!.status
  const running = suites.filter(({ name }) => statusOf(name) === 'running')
  const start: Suite[] = []
  const leaveOut: Steps['leaveOut'][number][] = []
  const foreground = running.filter(({ isBackground }) => !isBackground)
  let busyCores = foreground.reduce((sum, { cores }) => sum + cores, 0)
  const waiting = suites.filter(({ name }) => statusOf(name) === 'waiting')
  const isOver = running.length === 0 && waiting.every(({ isAlone }) => isAlone)
  const canStart = !running.some(({ isAlone }) => isAlone)
  for (const suite of waiting) {
    const { minutes, needs = [], isBackground = false, isAlone = false } = suite
    const missing = needs.find((name) => ['failed', 'not run'].includes(statusOf(name)))
    if (missing !== undefined) {
      const what = statusOf(missing) === 'failed' ? 'failed' : 'was not run'
      leaveOut.push({ suite, why: `needs "${missing}", which ${what}` })
    } else if (elapsedMinutes + minutes * (isAlone ? MARGIN_ALONE : MARGIN) > limitMinutes) {
      const why = `takes ${minutes} min, and ${Math.floor(elapsedMinutes)} of ${limitMinutes} min are over`
      leaveOut.push({ suite, why })
    } else if (canStart && needs.every((name) => statusOf(name) === 'passed')) {
      if (isAlone) {
        if (isOver && start.length === 0) start.push(suite)
      } else if (isBackground) {
        start.push(suite)
      } else if (
        foreground.length < MOST_AT_A_TIME &&
        (busyCores === 0 || busyCores + suite.cores <= cores + ROUNDING)
      ) {
        start.push(suite)
        foreground.push(suite)
        busyCores += suite.cores
      }
    }
  }
  return { start, leaveOut }
}
