import { actorOf } from '../../actions/index.ts'
import { loadSettings } from '../../config/index.ts'
import {
  Access,
  type ClusterLink,
  type DashboardOptions,
  Link,
  type RunningDashboard,
  readPageFiles,
  startDashboard,
  Tokens,
  type Viewer,
} from '../../dashboard/index.ts'
import type { ClusterChoice } from '../../kube/index.ts'
import { type HistoryOptions, readPrices } from '../../readers/index.ts'
import { createLogger, type LogLevel } from '../../telemetry/index.ts'
import type { Workload } from '../../workloads/index.ts'
import { clusterClient, version } from '../cluster-client.ts'
import { CommandError } from '../failure.ts'
import { endOnSignals } from '../signals.ts'
import { print } from '../terminal/print.ts'
import { clusterBacking } from './cluster.ts'
import { usageFrom } from './usage.ts'

export interface DashboardCommandOptions extends HistoryOptions, ClusterChoice {
  readonly namespace?: readonly string[]
  readonly config?: string
  readonly plimsollNamespace: string
  readonly fleetSecret?: string
  readonly prices?: string
  readonly signIn: 'link' | 'token'
  readonly port: number
  readonly host?: string
  readonly pathPrefix?: string
  readonly link?: readonly ClusterLink[]
  readonly logLevel: LogLevel
}

const FIELD_MANAGER = 'plimsoll-dashboard'
const LOCALHOST = '127.0.0.1'
const elapsed = () => performance.now()

/** Serves the dashboard of the cluster that the credentials lead to, until a signal ends it. */
export async function runDashboard(options: DashboardCommandOptions): Promise<void> {
  const { config, fleetSecret, namespace, plimsollNamespace, port, host } = options
  const settings = config === undefined ? undefined : loadSettings(config)
  const { client, credentials } = await clusterClient(options)
  const logger = createLogger(options.logLevel)
  const backing = clusterBacking({
    ...{ client, settings, plimsollNamespace, fleetSecret, namespaces: namespace },
    prices: await readPrices(options),
    usage: await usageFrom(options, settings),
  })
  const common = { port, backing, logger, ...(options.link && { clusters: options.link }) }
  if (options.signIn === 'token') {
    const own = { client, credentials, version: version(), fieldManager: FIELD_MANAGER, now: elapsed }
    const running = await serve({ ...common, host, pathPrefix: options.pathPrefix, signIn: new Tokens(own) })
    logger.info({ url: running.url }, 'dashboard listening')
    endOnSignals({ drain: () => running.close() })
    return
  }
  const actor = actorOf(client, FIELD_MANAGER)
  const access = new Access(client, undefined, elapsed)
  const viewer = {
    name: await actor.name().catch(() => 'you'),
    // The fleet is read with the rights of this person, so they may see everything that was read.
    seen: async (namespaces: readonly string[]) => new Set(namespaces),
    rights: (namespace: string) => access.rights(namespace),
    mayRestart: (workload: Workload) => access.mayRestart(workload),
    actor,
  }
  const running = await serveByLink({ ...common, viewer, tell })
  endOnSignals({ drain: () => running.close() })
}

function tell(url: string, isFirst: boolean): void {
  print(isFirst ? `Dashboard: ${url}\nThe link works once. Ctrl-C ends it.` : `Opened. For another browser: ${url}`)
}

export interface ByLinkOptions extends Pick<DashboardOptions, 'port' | 'backing' | 'logger'> {
  readonly viewer: Viewer
  /** Called with each link that becomes valid: the first one, and each one that replaces it. */
  readonly tell: (url: string, isFirst: boolean) => void
}

/**
 * Serves the dashboard on this machine only, to anyone who has the link.
 *
 * @throws CommandError if the port is taken
 */
export async function serveByLink({ viewer, tell, ...options }: ByLinkOptions): Promise<RunningDashboard> {
  const link = new Link(viewer, () => tell(`${running.url}${link.fragment}`, false))
  const running = await serve({ ...options, host: LOCALHOST, signIn: link })
  tell(`${running.url}${link.fragment}`, true)
  return running
}

async function serve(options: Omit<DashboardOptions, 'files' | 'version' | 'elapsed'>): Promise<RunningDashboard> {
  const { host, port } = options
  return await startDashboard({ ...options, files: readPageFiles(), version: version(), elapsed }).catch((cause) => {
    if ((cause as NodeJS.ErrnoException).code === undefined) throw cause
    throw new CommandError(
      `the dashboard cannot be served on ${host ?? '*'}:${port}: ${cause.message}. Choose another --port.`,
      {
        cause,
      },
    )
  })
}
