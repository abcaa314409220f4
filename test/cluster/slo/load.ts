// Open-model load by k6, pinned to one core: requests start at their rate, no matter how slow the answers are.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ControlPlane, Processes, pinned, programPath, until } from '../harness/index.ts'

/** A part of a load. The rate changes linearly, and reaches `perSecond` at the end of the stage. */
export interface Stage {
  readonly perSecond: number
  readonly seconds: number
}

export interface Load {
  /** Stops the load. */
  stop(): Promise<Generated>
  /** Waits until the stages are over. */
  end(timeoutSeconds: number): Promise<Generated>
}

/** The summary that k6 writes when a load ends. */
export interface Generated {
  readonly requests: number
  /** Requests that were not sent because too many others waited for answers. */
  readonly dropped: number
  readonly failedShare: number
  readonly p95Milliseconds: number
}

/** Time after which a load ends if nobody stops it. */
const MOST_SECONDS = 2 * 3600
/** Limit on the number of requests that wait for an answer at the same time. */
const MOST_IN_FLIGHT = 300
let started = 0

/**
 * Starts a load of GET requests, each on a new connection, so that a Service spreads them over its Pods.
 *
 * @param stages the course of the rate, from `perSecond`; without stages, the rate is constant
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
