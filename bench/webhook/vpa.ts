import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Certificate, type ControlPlane, Processes, until } from '../../test/cluster/harness/index.ts'
import { deploymentOf, NAMESPACE, SIZES } from './reviews.ts'

const MODULE = join(import.meta.dirname, '..', 'go')
const VPA = 'k8s.io/autoscaler/vertical-pod-autoscaler'
export const VPA_VERSION = new RegExp(`${VPA} (v\\S+)`).exec(readFileSync(join(MODULE, 'go.mod'), 'utf8'))![1]!

function go(...args: string[]): string {
  return execFileSync('go', args, { cwd: MODULE, encoding: 'utf8', env: { ...process.env, CGO_ENABLED: '0' } }).trim()
}

function program(): string {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'plimsoll', `vpa-${VPA_VERSION}`)
  return join(cache, 'admission-controller')
}

/** Has VPA's admission controller ready, built where it is not there yet. */
export function buildVpa(tell: (text: string) => void): void {
  if (existsSync(program())) return
  tell(`building VPA ${VPA_VERSION}'s admission controller with Go: minutes, the first time`)
  mkdirSync(dirname(program()), { recursive: true })
  const temporary = `${program()}.${process.pid}`
  go('build', '-trimpath', '-ldflags', '-s -w', '-o', temporary, `${VPA}/pkg/admission-controller`)
  renameSync(temporary, program())
}

/** Its types, and a VerticalPodAutoscaler with a recommendation for each Deployment of the bench. */
export async function installVpa({ apply, kubectl }: ControlPlane): Promise<void> {
  const directory = go('list', '-m', '-f', '{{.Dir}}', VPA)
  await apply(readFileSync(join(directory, 'deploy', 'vpa-v1-crd-gen.yaml'), 'utf8'))
  for (const size of SIZES) {
    const name = deploymentOf(size)
    const autoscaler = {
      apiVersion: 'autoscaling.k8s.io/v1',
      kind: 'VerticalPodAutoscaler',
      metadata: { name, namespace: NAMESPACE },
      spec: { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, updatePolicy: { updateMode: 'Initial' } },
    }
    await until('VerticalPodAutoscalers to be served', () => apply(autoscaler).then(() => true))
    const value = { cpu: '250m', memory: '300Mi' }
    const recommendation = { containerName: 'web', target: value, lowerBound: value, upperBound: value }
    const status = { recommendation: { containerRecommendations: [recommendation] }, conditions: [] }
    const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify({ status })]
    await kubectl(['patch', 'verticalpodautoscaler', name, `--namespace=${NAMESPACE}`, ...patch])
  }
}

export interface VpaTls extends Certificate {
  /** The certificate of the authority, PEM file. */
  readonly authority: string
}

let started = 0

/** Starts it as its own manifests do; registered with nobody. */
export async function startVpa({ directory, kubeconfig }: ControlPlane, tls: VpaTls) {
  const processes = new Processes(directory)
  const [port, metricsPort] = [await freePort(), await freePort()]
  const name = `vpa-${++started}`
  const { pid } = processes.start(name, program(), [
    ...['--v=4', '--stderrthreshold=info', '--register-webhook=false', `--kubeconfig=${kubeconfig}`],
    ...[`--port=${port}`, `--address=127.0.0.1:${metricsPort}`, `--client-ca-file=${tls.authority}`],
    ...[`--tls-cert-file=${tls.certificate}`, `--tls-private-key=${tls.key}`],
  ])
  return { url: `https://127.0.0.1:${port}/`, pid, kill: () => processes.stop(name) }
}

/** A port that nothing listens on right now: VPA's flags take no 0. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
