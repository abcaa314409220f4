// Load of an open model: requests come at their rate, however slow the answers are. k6 makes it, on one core.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ControlPlane, Processes, pinned, programPath, until } from '../harness/index.ts'

/** A part of a load: by its end, the rate is this. */
export interface Stage {
  readonly perSecond: number
  readonly seconds: number
}

export interface Load {
  /** Ends the load. */
  stop(): Promise<Generated>
  /** Waits until the stages are over. */
  end(timeoutSeconds: number): Promise<Generated>
}

/** What k6 says of a load that has ended. */
export interface Generated {
  readonly requests: number
  /** Requests that could not be sent in time, since too many waited for answers. */
  readonly dropped: number
  readonly failedShare: number
  readonly p95Milliseconds: number
}

/** Longest time that a load runs if nobody stops it. */
const MOST_SECONDS = 2 * 3600
/** Requests that wait for an answer at the same time, at most. */
const MOST_IN_FLIGHT = 300
let started = 0

/**
 * Starts a load of GET requests, each on its own connection, so that a Service spreads them over its Pods.
 *
 * @param stages what follows on the constant rate; the last one is followed by nothing
 */
export async function startLoad(
  { directory }: ControlPlane,
  url: string,
  perSecond: number,
  stages: readonly Stage[] = [],
): Promise<Load> {
  const k6 = await programPath('k6')
  const processes = new Processes(directory)
  const name = `k6-${++started}`
  const [script, summary] = [join(directory, `${name}.js`), join(directory, `${name}.json`)]
  writeFileSync(script, scriptOf(url, perSecond, stages, summary))
  // Without --address, several on one machine would want the same port.
  const args = ['run', '--quiet', '--no-usage-report', '--no-color', '--address=', script]
  const { pid } = processes.start(name, ...pinned(k6, args))
  const end = async (timeoutSeconds: number) => {
    const options = { timeoutMilliseconds: timeoutSeconds * 1000 }
    await until(`${name} to end`, () => !processes.running(name), options)
    if (!existsSync(summary)) throw new Error(`${name} left no summary. ${processes.tail(name)}`)
    return generated(JSON.parse(readFileSync(summary, 'utf8')) as Summary)
  }
  return {
    end,
    async stop() {
      if (processes.running(name)) process.kill(pid, 'SIGINT')
      return await end(60)
    },
  }
}

function scriptOf(url: string, perSecond: number, stages: readonly Stage[], summary: string): string {
  const vus = { preAllocatedVUs: 20, maxVUs: MOST_IN_FLIGHT, timeUnit: '1s', gracefulStop: '0s' }
  const load =
    stages.length > 0
      ? {
          ...{ executor: 'ramping-arrival-rate', startRate: perSecond },
          stages: stages.map(({ perSecond, seconds }) => ({ target: perSecond, duration: `${seconds}s` })),
        }
      : { executor: 'constant-arrival-rate', rate: perSecond, duration: `${MOST_SECONDS}s` }
  const options = { scenarios: { load: { ...vus, ...load } }, noConnectionReuse: true, discardResponseBodies: true }
  return `
import http from 'k6/http'
export const options = ${JSON.stringify(options)}
export default function () {
  http.get(${JSON.stringify(url)}, { timeout: '5s' })
}
export function handleSummary({ metrics }) {
  return { ${JSON.stringify(summary)}: JSON.stringify(metrics) }
}
`
}

type Summary = Readonly<Record<string, { readonly values: Readonly<Record<string, number>> } | undefined>>

function generated(metrics: Summary): Generated {
  const value = (metric: string, field: string) => metrics[metric]?.values[field] ?? 0
  return {
    requests: value('http_reqs', 'count'),
    dropped: value('dropped_iterations', 'count'),
    failedShare: value('http_req_failed', 'rate'),
    p95Milliseconds: value('http_req_duration', 'p(95)'),
  }
}
