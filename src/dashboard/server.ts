import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { Router } from 'express'
import { createPlainServer } from '../http/index.ts'
import type { Logger } from '../telemetry/index.ts'
import type { Backing } from './backing.ts'
import { answerErrors } from './door/errors.ts'
import { Guard } from './door/guard.ts'
import { secureHeaders } from './door/headers.ts'
import { onlyHosts, sameOrigin } from './door/origin.ts'
import { FleetKeeper } from './fleet/keeper.ts'
import { type PageFiles, underPrefix } from './page-files.ts'
import { Refusal } from './refusal.ts'
import { decideRoutes } from './routes/decide.ts'
import { experimentRoutes } from './routes/experiments.ts'
import { fleetRoutes } from './routes/fleet.ts'
import { pageRoutes } from './routes/page.ts'
import { sessionRoutes } from './routes/session.ts'
import { workloadRoutes } from './routes/workload.ts'
import { Attempts } from './sign-in/attempts.ts'
import { Sessions } from './sign-in/sessions.ts'
import type { SignIn } from './sign-in/viewer.ts'
import type { ClusterLink } from './wire.ts'

export interface DashboardOptions {
  /** Address to listen on; undefined for all addresses. */
  readonly host: string | undefined
  /** Port to listen on; 0 for any free port. */
  readonly port: number
  /** Path under which the dashboard is served, such as `/plimsoll`; empty or undefined for the root of the host. */
  readonly pathPrefix?: string | undefined
  /** Dashboards of other clusters, to link to. */
  readonly clusters?: readonly ClusterLink[] | undefined
  readonly signIn: SignIn
  readonly backing: Backing
  readonly files: PageFiles
  readonly version: string
  readonly logger: Logger
  /** Monotonic clock in milliseconds. */
  readonly elapsed: () => number
}

export interface RunningDashboard {
  /** URL of the dashboard, such as `http://127.0.0.1:8090/`. */
  readonly url: string
  close(): Promise<void>
}

/**
 * Limits of a request. The page needs only its files and a few answers in JSON, so no honest request is larger or
 * slower.
 */
const LIMITS = { maxHeaderSize: 32 * 1024, requestTimeout: 15_000 }
const MOST_CONNECTIONS = 512

/**
 * Serves the dashboard in plain HTTP: only on this machine, or behind something that terminates TLS in a cluster.
 *
 * @throws Error if it cannot listen
 */
export async function startDashboard(options: DashboardOptions): Promise<RunningDashboard> {
  const { host, port, pathPrefix = '' } = options
  const names: string[] = []
  // People who sign in by link do so on this machine; in a cluster, the host names of the dashboard are not known.
  const hosts = options.signIn.way === 'link' ? () => names : undefined
  const server = createPlainServer(application(options, hosts), LIMITS, MOST_CONNECTIONS)
  server.listen(port, host)
  await once(server, 'listening')
  const taken = (server.address() as AddressInfo).port
  names.push(...['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${taken}`))
  return { url: `http://${host ?? 'localhost'}:${taken}${pathPrefix}/`, close: () => close(server) }
}

function application(options: DashboardOptions, hosts: (() => readonly string[]) | undefined): express.Express {
  const { signIn, backing, files, version, logger, elapsed, clusters, pathPrefix = '' } = options
  const keeper = new FleetKeeper(backing.readFleet, Date.now, logger)
  const guard = new Guard({ signIn, sessions: new Sessions(elapsed), attempts: new Attempts(elapsed) })
  const api = Router()
    .use(sameOrigin)
    .use(sessionRoutes(guard, { version, readOnly: backing.readOnly, clusters }))
    .use(guard.signedIn)
    .use(fleetRoutes(keeper))
    .use(experimentRoutes(backing))
    .use(workloadRoutes(keeper, backing))
    .use(decideRoutes(keeper, backing, logger))
  const app = Router()
    .use('/api/v1', api)
    .use(pageRoutes(underPrefix(files, pathPrefix)))
  return express()
    .disable('x-powered-by')
    .disable('etag')
    .set('query parser', 'simple')
    .use(secureHeaders)
    .get('/healthz', (_request, response) => {
      response.json({ healthy: true })
    })
    .use(onlyHosts(hosts))
    .use(pathPrefix || '/', app)
    .get('/', (_request, response) => response.redirect(`${pathPrefix}/`))
    .use(() => {
      throw new Refusal('NotFound')
    })
    .use(answerErrors(logger, signIn.way))
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
