import { findOrBuild, locate } from './binaries.ts'
import { type Command, command } from './command.ts'
import { API_SERVER_PROGRAMS, CONTROL_PLANE_PROGRAMS } from './programs.ts'
import { type Progress, stderrProgress } from './progress.ts'
import { controlPlaneObstacle } from './requirements.ts'
import { type ServerOptions, type Servers, startServers } from './servers.ts'
import { openSession, type Session } from './session.ts'
import { until } from './until.ts'

export interface StartOptions extends ServerOptions {
  /** Takes progress messages. By default, prints them on standard error. */
  readonly progress?: Progress
}

/** A running Kubernetes API with its clients. */
export interface ControlPlane {
  /** Version that the API server reports, such as `v1.36.3`. */
  readonly version: string
  /** Address of the API server, `https://…`. */
  readonly url: string
  /** Address of etcd, for tests that compact or read it. */
  readonly etcdUrl: string
  /** Path of a kubeconfig with an administrator's rights. */
  readonly kubeconfig: string
  /** The run directory, with `logs/` and `pki/`. `stop` removes it. */
  readonly directory: string
  readonly kubectl: Command
  /**
   * The object or list at a path of the API, such as `/api/v1/namespaces/default/pods`; undefined where there is none. For what
   * is looked at again and again: kubectl takes 0.2 s of processor time to start.
   */
  read<T = unknown>(path: string): Promise<T | undefined>
  readonly helm: Command
  /** The previous major version of Helm, which many people still use. */
  readonly helm3: Command
  /** `kubectl apply` of objects, or of texts in YAML. */
  apply(...objects: readonly (object | string)[]): Promise<void>
  /** Kills the API server, which cuts every connection, and starts it again at the same address. */
  restartApiServer(): Promise<void>
  /** Stops and removes everything. Safe to repeat. */
  stop(): Promise<void>
}

/**
 * Starts etcd, kube-apiserver, kube-controller-manager and kube-scheduler on 127.0.0.1: real admission, RBAC, CRDs and
 * controllers, but no node, so Pods stay Pending. Needs no root. A webhook is reached by URL on 127.0.0.1.
 */
export async function startControlPlane(options: StartOptions = {}): Promise<ControlPlane> {
  const { progress = stderrProgress, controllers = true } = options
  const obstacle = controlPlaneObstacle(controllers)
  if (obstacle) throw new Error(obstacle)
  const binaries = await findOrBuild(controllers ? CONTROL_PLANE_PROGRAMS : API_SERVER_PROGRAMS, progress)
  const session = await openSession()
  try {
    const servers = await startServers(session.layout, session.processes, binaries, '127.0.0.1', options)
    const controlPlane = await describe(session, servers, progress)
    progress(`Kubernetes ${controlPlane.version} is ready at ${servers.url}`)
    return controlPlane
  } catch (error) {
    throw await session.fail(error)
  }
}

/** The interface of a session and its servers for users of the harness. */
export async function describe(session: Session, servers: Servers, progress: Progress): Promise<ControlPlane> {
  const kubectl = command(locate('kubectl')!, servers.kubeconfig)
  // Few tests use Helm, so it is looked up on first use.
  const helm =
    (name: 'helm' | 'helm3'): Command =>
    async (args, given) => {
      const binaries = await findOrBuild([name], progress)
      return await command(binaries.path(name), servers.kubeconfig)(args, given)
    }
  const { gitVersion } = await until('the version of the API server', async () => {
    const { status, body } = await servers.get('/version')
    return status === 200 && (JSON.parse(body) as { gitVersion: string })
  })
  return {
    version: gitVersion,
    url: servers.url,
    etcdUrl: servers.etcdUrl,
    kubeconfig: servers.kubeconfig,
    directory: session.layout.directory,
    kubectl,
    async read<T>(path: string) {
      const { status, body } = await servers.get(path)
      if (status === 404) return undefined
      if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${body}`)
      return JSON.parse(body) as T
    },
    helm: helm('helm'),
    helm3: helm('helm3'),
    async apply(...objects) {
      const texts = objects.map((object) => (typeof object === 'string' ? object : JSON.stringify(object)))
      await apply(kubectl, texts.join('\n---\n'))
    },
    restartApiServer: servers.restartApiServer,
    stop: session.end,
  }
}

const ATTEMPTS = 3
const UNANSWERED = /context deadline exceeded|Client\.Timeout|i\/o timeout/

/** On a busy machine, a request in the first seconds may never get an answer, and kubectl would wait forever. */
async function apply(kubectl: Command, input: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await kubectl(['apply', '--request-timeout=20s', '-f', '-'], { input, timeoutMilliseconds: 120_000 })
      return
    } catch (error) {
      if (attempt === ATTEMPTS || !UNANSWERED.test((error as Error).message)) throw error
    }
  }
}
