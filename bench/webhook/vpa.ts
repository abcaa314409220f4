import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { type Certificate, type ControlPlane, Processes, until } from '../../test/cluster/harness/index.ts'
import { go, goProgram, VPA } from '../go-tools.ts'
import { deploymentOf, NAMESPACE, SIZES } from './reviews.ts'

/** Has VPA's admission controller ready. @returns its path */
export function buildVpa(tell: (text: string) => void = () => {}): string {
  return goProgram('admission-controller', `${VPA}/pkg/admission-controller`, tell)
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
  const { pid } = processes.start(name, buildVpa(), [
    ...['--v=4', '--stderrthreshold=info', '--register-webhook=false', `--kubeconfig=${kubeconfig}`],
    ...[`--port=${port}`, `--address=127.0.0.1:${metricsPort}`, `--client-ca-file=${tls.authority}`],
    ...[`--tls-cert-file=${tls.certificate}`, `--tls-private-key=${tls.key}`],
  ])
  return { url: `https://127.0.0.1:${port}/`, pid, kill: () => processes.stop(name) }
}

/** A port that nothing listens on right now: VPA's flags take no 0. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
