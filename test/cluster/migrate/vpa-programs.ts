// VPA's real admission controller and updater beside a test cluster. Its recommender does not run: tests say what it recommends.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { go, goProgram, VPA } from '../../../bench/go-tools.ts'
import { freePort, startVpa } from '../../../bench/webhook/vpa.ts'
import { CertificateAuthority, type ControlPlane, Processes, until } from '../harness/index.ts'
import { awaitServed } from '../support/crds.ts'

/** Name under which VPA registers its webhook. Source: pkg/admission-controller/config.go. */
export const VPA_REGISTRATION = 'vpa-webhook-config'
const CRD = 'deploy/vpa-v1-crd-gen.yaml'
const UPDATER_SECONDS = 3

/** Installs VPA's types. */
export async function installVpaTypes(cluster: ControlPlane): Promise<void> {
  await cluster.apply(readFileSync(join(go('list', '-m', '-f', '{{.Dir}}', VPA), CRD), 'utf8'))
  await awaitServed(cluster, 'verticalpodautoscalers.autoscaling.k8s.io')
}

/** Starts the programs, and registers the webhook for Pods. */
export async function startVpaPrograms(cluster: ControlPlane): Promise<void> {
  const { directory, kubeconfig } = cluster
  const authority = await CertificateAuthority.create(join(directory, 'vpa-pki'), 'vpa')
  const certificate = await authority.issue('vpa', { subject: '/CN=vpa', names: ['IP:127.0.0.1'] })
  const { url } = await startVpa(cluster, { ...certificate, authority: authority.certificate })
  await cluster.apply({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: VPA_REGISTRATION },
    webhooks: [
      {
        ...{ name: 'vpa.k8s.io', admissionReviewVersions: ['v1'], sideEffects: 'None', timeoutSeconds: 30 },
        failurePolicy: 'Ignore',
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        clientConfig: { url, caBundle: readFileSync(authority.certificate).toString('base64') },
      },
    ],
  })
  const processes = new Processes(directory)
  processes.start(
    'vpa-updater',
    goProgram('updater', `${VPA}/pkg/updater`, () => {}),
    [
      ...[`--kubeconfig=${kubeconfig}`, `--address=127.0.0.1:${await freePort()}`, '--leader-elect=false', '--v=4'],
      ...[`--updater-interval=${UPDATER_SECONDS}s`, '--min-replicas=1', '--use-admission-controller-status=false'],
    ],
  )
}

/** Says what VPA's recommender would say about a container, with bounds close to it. */
export async function recommend(
  { kubectl }: ControlPlane,
  namespace: string,
  name: string,
  cpuMillicores: number,
  memoryMebibytes: number,
): Promise<void> {
  const value = (share: number) => ({
    cpu: `${Math.round(cpuMillicores * share)}m`,
    memory: `${Math.round(memoryMebibytes * share)}Mi`,
  })
  const one = { containerName: 'app', target: value(1), lowerBound: value(0.95), upperBound: value(1.05) }
  const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  const conditions = [{ type: 'RecommendationProvided', status: 'True', lastTransitionTime: time }]
  const status = { recommendation: { containerRecommendations: [one] }, conditions }
  const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify({ status })]
  await until('the status of a VPA', () => kubectl(['patch', 'vpa', name, `--namespace=${namespace}`, ...patch]))
}
