import { systemTime, type Time } from '../clock/index.ts'
import type { FinishedLoad, GeneratorSpec } from '../load/index.ts'
import { arrivals } from './arrivals.ts'
import { Connections } from './connections.ts'
import { Exchange, TIMED_OUT } from './exchange.ts'
import { HopelessCheck } from './hopeless.ts'
import { Tally } from './tally.ts'
import { readThrottledMilliseconds } from './throttling.ts'
import { resultOf } from './verdict.ts'

/** Most requests that wait for a connection: each takes a few bytes. When one more is due, the oldest fails. */
const MOST_WAITING = 100_000
/** How often timeouts are looked for. */
const TICK_MILLISECONDS = 10

/**
 * Sends requests on schedule, however slow the answers are (an open model), and measures each from the time at which it was due. Those of
 * the warm-up are sent and not counted. The timeout counts while a request waits for a connection, and again from when it is sent. The load
 * ends when each request has an answer or its timeout, or as soon as it is hopeless (`spec.hopeless`).
 *
 * @param options.throttledMilliseconds how long CPU throttling has stopped this process so far; undefined where that is unknown
 * @param options.signal ends it early, and what was measured so far is the result
 */
export async function generateLoad(
  spec: GeneratorSpec,
  options: {
    readonly time?: Time
    readonly throttledMilliseconds?: () => number | undefined
    readonly signal?: AbortSignal
  } = {},
): Promise<FinishedLoad> {
  const { time = systemTime, throttledMilliseconds = readThrottledMilliseconds, signal } = options
  const { warmUpSeconds, durationSeconds, timeoutSeconds, requestsPerSecond } = spec
  const [measuredFrom, end] = [warmUpSeconds * 1000, (warmUpSeconds + durationSeconds) * 1000]
  const tally = new Tally()
  const hopeless = new HopelessCheck(spec)
  const target = new URL(spec.url)
  const connections = new Connections(target.origin, { most: spec.connections, insecure: spec.insecureSkipTlsVerify })
  const schedule = arrivals(requestsPerSecond, spec.arrivals, () => time.random())
  /** Requests that are due and have no connection, in the order in which they were due; those before `first` have one. */
  let waiting: number[] = []
  let first = 0
  const inFlight = new Set<Exchange>()
  const started = time.elapsed()
  let due = schedule.next().value
  let isOver = false
  let endedAt = end
  let throttledBefore: number | undefined

  const counts = (dueAt: number) => dueAt >= measuredFrom
  const expire = (now: number) => {
    const oldest = now - timeoutSeconds * 1000
    for (const exchange of inFlight) {
      // In the order in which they were sent.
      if (exchange.sentAt > oldest) break
      exchange.timeOut()
    }
    while (first < waiting.length && (waiting[first]! <= oldest || waiting.length - first > MOST_WAITING)) {
      const dueAt = waiting[first++]!
      if (!counts(dueAt)) continue
      tally.fail(TIMED_OUT)
      tally.latency.add(now - dueAt)
      hopeless.note(now - dueAt, true)
    }
  }
  const dispatch = () => {
    while (first < waiting.length) {
      const connection = connections.take()
      if (!connection) break
      const dueAt = waiting[first++]!
      if (counts(dueAt)) tally.sent += 1
      const sentAt = time.elapsed() - started
      const exchange = new Exchange(sentAt, connection, target, spec, (outcome) => {
        inFlight.delete(exchange)
        connections.release(connection, outcome.isBroken)
        if (counts(dueAt)) {
          if (outcome.failure !== undefined) tally.fail(outcome.failure)
          if (outcome.isOwnFault) tally.ownFailure = outcome.failure
          // A request that was refused or cut says nothing about latency.
          if (outcome.answered || outcome.failure === TIMED_OUT) tally.latency.add(time.elapsed() - started - dueAt)
          hopeless.note(time.elapsed() - started - dueAt, outcome.failure !== undefined)
        }
        if (first < waiting.length) dispatch()
      })
      inFlight.add(exchange)
      exchange.start()
    }
    if (first > 1000 && first * 2 > waiting.length) [waiting, first] = [waiting.slice(first), 0]
  }

  await new Promise<void>((resolve) => {
    const tick = () => {
      const now = time.elapsed() - started
      if (hopeless.reason !== undefined) {
        if (!isOver) endedAt = Math.min(end, now)
        return resolve()
      }
      if (signal?.aborted && !isOver) {
        isOver = true
        endedAt = Math.min(end, now)
      }
      if (throttledBefore === undefined && now >= measuredFrom) throttledBefore = throttledMilliseconds()
      while (!isOver && due <= now) {
        if (due >= end) {
          isOver = true
          break
        }
        if (counts(due)) {
          tally.requests += 1
          tally.lateness.add(now - due)
        }
        waiting.push(due)
        due = schedule.next().value
      }
      expire(now)
      dispatch()
      if (isOver && inFlight.size === 0 && first >= waiting.length) return resolve()
      time.after(isOver ? TICK_MILLISECONDS : Math.max(0, Math.min(TICK_MILLISECONDS, due - now)), tick)
    }
    tick()
  })
  connections.close()
  const after = throttledMilliseconds()
  const throttled = after === undefined || throttledBefore === undefined ? undefined : after - throttledBefore
  return resultOf(tally, Math.max(0.001, (endedAt - measuredFrom) / 1000), throttled, hopeless.reason)
}
