import type { ChildProcess } from 'node:child_process'
import type { EventEmitter } from 'node:events'
import { constants } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { backoffMilliseconds } from '../clock/index.ts'
import type { Logger } from '../telemetry/index.ts'

export interface SupervisorTimes {
  /** Upper bound of the first wait after a worker has ended; it doubles each time that another one ends. */
  readonly firstWaitMilliseconds: number
  readonly longestWaitMilliseconds: number
  /** A worker that has run for this long was healthy: the waits start again from the first. */
  readonly steadyMilliseconds: number
  /** How long a worker may take to end after SIGTERM. */
  readonly graceMilliseconds: number
}

const SUPERVISOR_TIMES: SupervisorTimes = {
  firstWaitMilliseconds: 1_000,
  longestWaitMilliseconds: 60_000,
  steadyMilliseconds: 120_000,
  // Kubernetes gives a Pod 30 s by default, and then kills what still runs.
  graceMilliseconds: 20_000,
}

export interface SuperviseOptions {
  /** Starts the worker. May throw, and the child may fail to start: both count as its end. */
  readonly start: () => ChildProcess
  readonly logger: Logger
  /** Random number, uniform over [0, 1). */
  readonly random?: () => number
  readonly times?: SupervisorTimes
  /** Source of SIGTERM and SIGINT; by default this process. */
  readonly signals?: Pick<EventEmitter, 'on' | 'off'>
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/**
 * Keeps a worker running: whenever and however it ends, it is started again after a backoff with full jitter. So the container in which
 * this is process 1 ends only when Kubernetes stops it, and a worker that fails repeatedly never makes the Pod unready.
 *
 * Resolves only after SIGTERM or SIGINT, when the worker has ended: on SIGTERM, or killed after the grace time or
 * immediately by a second signal.
 *
 * @returns exit code: 0, or 128 + the number of the second signal
 */
export async function supervise(options: SuperviseOptions): Promise<number> {
  const { start, logger, random = Math.random, times = SUPERVISOR_TIMES, signals = process } = options
  const { firstWaitMilliseconds: baseMilliseconds, longestWaitMilliseconds: longestMilliseconds } = times
  const backoff = { baseMilliseconds, longestMilliseconds, jitter: 1 }
  const ending = new AbortController()
  let worker: ChildProcess | undefined
  let exitCode = 0
  const onSignal = (signal: (typeof SIGNALS)[number]) => {
    if (ending.signal.aborted) {
      exitCode = 128 + constants.signals[signal]
      worker?.kill('SIGKILL')
      return
    }
    logger.info({ signal }, 'stopping the worker')
    ending.abort()
    worker?.kill('SIGTERM')
  }
  const listeners = SIGNALS.map((signal) => [signal, () => onSignal(signal)] as const)
  for (const [signal, listener] of listeners) signals.on(signal, listener)
  try {
    for (let failures = 0; !ending.signal.aborted; failures++) {
      const began = performance.now()
      const ended = runOnce(start, (child) => {
        worker = child
        // A signal arrived while it was being started.
        if (ending.signal.aborted) child.kill('SIGTERM')
        logger.info({ pid: child.pid }, 'worker started')
      })
      const end = await killedWhenLate(ended, () => worker, ending.signal, times.graceMilliseconds, logger)
      worker = undefined
      const ranMilliseconds = Math.round(performance.now() - began)
      if (ending.signal.aborted) {
        logger.info({ ...end, ranMilliseconds }, 'worker ended')
        break
      }
      if (ranMilliseconds >= times.steadyMilliseconds) failures = 0
      const waitMilliseconds = Math.round(backoffMilliseconds(backoff, failures, random()))
      logger.error({ ...end, ranMilliseconds, waitMilliseconds }, 'worker ended; it will be started again')
      await delay(waitMilliseconds, undefined, { signal: ending.signal }).catch(() => {})
    }
  } finally {
    for (const [signal, listener] of listeners) signals.off(signal, listener)
  }
  return exitCode
}

/** How a worker ended. */
interface End {
  readonly exitCode?: number | null
  readonly signal?: NodeJS.Signals | null
  readonly error?: Error
}

/** Runs a worker to its end. Never rejects. */
function runOnce(start: () => ChildProcess, onStarted: (child: ChildProcess) => void): Promise<End> {
  return new Promise((resolve) => {
    try {
      const child = start()
      child.once('error', (error) => {
        // The error may also be a signal that could not be sent: then the worker still runs, and its end is reported later.
        if (child.pid === undefined) resolve({ error })
      })
      child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
      if (child.pid !== undefined) onStarted(child)
    } catch (error) {
      resolve({ error: error as Error })
    }
  })
}

/** Waits for the end of a worker, and kills it if it has not ended within the grace time after `ending` aborts. */
async function killedWhenLate(
  ended: Promise<End>,
  worker: () => ChildProcess | undefined,
  ending: AbortSignal,
  graceMilliseconds: number,
  logger: Logger,
): Promise<End> {
  let timer: NodeJS.Timeout | undefined
  const startTimer = () => {
    timer = setTimeout(() => {
      logger.warn({ graceMilliseconds }, 'the worker did not stop in time and is killed')
      worker()?.kill('SIGKILL')
    }, graceMilliseconds)
  }
  ending.addEventListener('abort', startTimer, { once: true })
  if (ending.aborted) startTimer()
  try {
    return await ended
  } finally {
    clearTimeout(timer)
    ending.removeEventListener('abort', startTimer)
  }
}
