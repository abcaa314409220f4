import type { Recommendation } from '../../api/index.ts'
import { DEFAULT_PRICES } from '../../config/index.ts'
import { type ChosenHistory, type Manifest, workloadOfManifest } from '../../readers/index.ts'
import { createLogger } from '../../telemetry/index.ts'
import { type RunRule, workloadKey } from '../../workloads/index.ts'
import { ONLOOKER, recordingBacking } from '../dashboard/recording.ts'
import { serveByLink } from '../dashboard/run.ts'
import { CommandError } from '../failure.ts'
import type { StartOptions } from './options.ts'

export interface LocalDashboardOptions {
  readonly options: StartOptions
  /** How to recognize what repeats from run to run; by default without settings. */
  readonly rules: readonly RunRule[] | undefined
  readonly history: ChosenHistory
  readonly manifests: readonly Manifest[]
  /** Files and folders that the manifests were read from. */
  readonly paths: readonly string[]
  readonly published: readonly Recommendation[]
  readonly out: NodeJS.WriteStream
}

/** Serves the dashboard of what was learned on this machine. The figures are worked out when somebody opens it. */
export async function startLocalDashboard({ options, rules, history, published, out, ...of }: LocalDashboardOptions) {
  const learned = new Set(published.map(({ metadata, spec }) => workloadKey({ ...metadata, ...spec.workload })))
  const isLearned = (manifest: Manifest) => learned.has(workloadKey(workloadOfManifest(manifest, rules)))
  const isForeign = options.pods === undefined && !of.manifests.some(isLearned)
  const backing = recordingBacking({
    ...{ history, rules, published, goal: options.goal },
    prices: { ...DEFAULT_PRICES, coreHour: options.cpuPrice, gibHour: options.memoryPrice },
    manifests: isForeign ? [] : of.manifests,
    paths: isForeign ? undefined : of.paths,
  })
  let link = ''
  const serve = (port: number) =>
    serveByLink({
      ...{ viewer: ONLOOKER, backing, port, logger: createLogger('warn') },
      tell: (url, isFirst) => {
        if (isFirst) link = url
        else out.write(`Opened. The dashboard in another browser: ${url}\n`)
      },
    })
  const { dashboardPort } = options
  const running = await serve(dashboardPort ?? portAfter(options)).catch((error) => {
    // The port was not chosen by the person, so any other will do.
    if (dashboardPort !== undefined || !(error instanceof CommandError)) throw error
    return serve(0)
  })
  return { link, close: () => running.close() }
}

function portAfter({ port, opsPort = port === 0 ? 0 : port + 1 }: Pick<StartOptions, 'port' | 'opsPort'>): number {
  return opsPort === 0 || opsPort >= 65_535 ? 0 : opsPort + 1
}
