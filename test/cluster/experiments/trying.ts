// `kubectl plimsoll try` on the application, and what is checked of it at each limit.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExperimentStatus } from '../../../src/api/index.ts'
import { DEFAULT_PRICES } from '../../../src/config/index.ts'
import type { ExperimentReport } from '../../../src/experiment-client/index.ts'
import type { Cluster } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { runCommand } from '../support/command-line.ts'
import { RATE, SERVICES, type ServiceName } from './application.ts'
import { EXPERIMENTS_PATH, NAMESPACE } from './installed.ts'

const TIMEOUT_MILLISECONDS = 1_800_000
const MIB = 2 ** 20

export interface Tried {
  readonly limitMilliseconds: number
  readonly seconds: number
  readonly trials: number
  /** What the command prints while it runs. */
  readonly progress: string
}

/** Runs `kubectl plimsoll try` with both services, and returns its report. */
export async function tryApplication(
  cluster: Cluster,
  load: string,
  { limitMilliseconds, seconds, trials }: Omit<Tried, 'progress'>,
  more: readonly string[] = [],
): Promise<ExperimentReport> {
  const { status, stdout, stderr } = await runCommand(
    cluster.kubeconfig,
    [
      ...['try', ...SERVICES.map((name) => `deployment/${name}`), '-n', NAMESPACE, '--yes', '-o', 'json'],
      ...['--load', load, '--p95', `${limitMilliseconds}ms`, '--duration', `${seconds}s`, '--warm-up', '3s'],
      ...['--trials', `${trials}`, ...more],
    ],
    TIMEOUT_MILLISECONDS,
  )
  say(stderr)
  assert.equal(status, 0, stderr + stdout)
  const report = JSON.parse(stdout) as ExperimentReport
  say(report.says)
  assert.equal(report.phase, 'Completed', report.says)
  assert.deepEqual(report.kept, [])
  assert.ok(report.trials.length <= trials)
  return report
}

/** A k6 script with the load of the application. */
export function k6Script(cluster: Cluster, url: string, seconds: number): string {
  const file = join(cluster.directory, 'load.js')
  const scenario = {
    ...{ executor: 'constant-arrival-rate', rate: RATE, timeUnit: '1s', duration: `${seconds}s` },
    ...{ preAllocatedVUs: 30, maxVUs: 300 },
  }
  writeFileSync(
    file,
    `import http from 'k6/http'
export const options = { scenarios: { load: ${JSON.stringify(scenario)} }, discardResponseBodies: true }
export default function () { http.get(${JSON.stringify(url)}) }
`,
  )
  return file
}

/** What a configuration reserves for an hour. */
export function hourlyPrice(cores: number, memoryMiB: Readonly<Record<ServiceName, number>>): number {
  const gib = SERVICES.reduce((sum, name) => sum + memoryMiB[name], 0) / 1024
  return DEFAULT_PRICES.coreHour * cores + DEFAULT_PRICES.gibHour * gib
}

/** The Experiment behind a report, as it is stored. */
export async function storedOf({ read }: Cluster, { name }: ExperimentReport): Promise<ExperimentStatus> {
  return (await read<{ status: ExperimentStatus }>(`${EXPERIMENTS_PATH}/${name}`))!.status
}

/** The best configuration for the goal of the experiment. */
export function bestOf({ points }: ExperimentStatus): {
  readonly cores: Readonly<Record<ServiceName, number>>
  readonly memoryMiB: Readonly<Record<ServiceName, number>>
  readonly price: number
} {
  const { configuration, costPerHour } = points!.balanced!
  const both = (what: string, unit: number) =>
    Object.fromEntries(SERVICES.map((name) => [name, configuration[`${name}/${name} ${what}`]! / unit])) as Readonly<
      Record<ServiceName, number>
    >
  return { cores: both('cpu', 1), memoryMiB: both('memory', MIB), price: costPerHour }
}

/** Everything of a Deployment that neither the API server nor its controllers write. */
export async function authored({ read }: Cluster, name: ServiceName): Promise<object> {
  const path = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${name}`
  const { metadata, spec } = (await read<{
    spec: object
    metadata: { labels?: object; annotations?: Record<string, string>; ownerReferences?: object; finalizers?: object }
  }>(path))!
  const { labels, annotations = {}, ownerReferences, finalizers } = metadata
  const { 'deployment.kubernetes.io/revision': _, ...others } = annotations
  return { labels, annotations: others, ownerReferences, finalizers, spec }
}
