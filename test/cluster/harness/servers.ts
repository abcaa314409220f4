import { join } from 'node:path'
import { type ApiGet, apiGet } from './api.ts'
import type { Binaries } from './binaries.ts'
import { writeKubeconfig } from './kubeconfig.ts'
import type { Layout } from './layout.ts'
import type { CertificateAuthority } from './pki.ts'
import { freePorts } from './ports.ts'
import type { Processes } from './processes.ts'
import { API_SERVER } from './programs.ts'
import { issueServerCertificates } from './server-certificates.ts'

export interface ServerOptions {
  /** Additional flags for kube-apiserver, such as `--audit-policy-file=…`. */
  readonly apiserverArgs?: readonly string[]
  /** Whether kube-controller-manager and kube-scheduler run. Without them there are only admission and storage, as with envtest. */
  readonly controllers?: boolean
}

/** A running control plane, for the other modules of the harness. */
export interface Servers {
  readonly url: string
  readonly etcdUrl: string
  readonly kubeconfig: string
  readonly authority: CertificateAuthority
  readonly get: ApiGet
  readonly ports: { readonly controllerManager: number; readonly scheduler: number }
  restartApiServer(): Promise<void>
}

/** Starts etcd, kube-apiserver and, if wanted, the controllers; `address` is the API server's. */
export async function startServers(
  layout: Layout,
  processes: Processes,
  binaries: Binaries,
  address: string,
  { apiserverArgs = [], controllers = true }: ServerOptions,
): Promise<Servers> {
  const { directory } = layout
  const ports = await freePorts(layout, 'etcd', 'etcdPeer', 'api', 'controllerManager', 'scheduler')
  const url = `https://${address}:${ports.api}`
  const etcdUrl = `http://127.0.0.1:${ports.etcd}`
  processes.start('etcd', binaries.path('etcd'), [
    ...[`--data-dir=${join(directory, 'etcd')}`, '--unsafe-no-fsync', '--log-level=warn'],
    ...[`--listen-client-urls=${etcdUrl}`, `--advertise-client-urls=${etcdUrl}`],
    `--listen-peer-urls=http://127.0.0.1:${ports.etcdPeer}`,
  ])

  const pki = await issueServerCertificates(layout)
  const kubeconfig = writeKubeconfig(join(directory, 'admin.kubeconfig'), url, pki.ca.certificate, pki.admin)
  const get = apiGet(url, pki.ca, pki.admin)
  const startApiServer = async () => {
    processes.start('kube-apiserver', binaries.path(API_SERVER), [
      ...[`--etcd-servers=${etcdUrl}`, `--secure-port=${ports.api}`],
      ...[`--bind-address=${address}`, `--advertise-address=${address}`],
      ...[`--tls-cert-file=${pki.server.certificate}`, `--tls-private-key-file=${pki.server.key}`],
      `--client-ca-file=${pki.ca.certificate}`,
      `--service-account-key-file=${pki.tokens.publicKey}`,
      `--service-account-signing-key-file=${pki.tokens.privateKey}`,
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-cluster-ip-range=${layout.serviceRange}`,
      ...['--authorization-mode=Node,RBAC', '--enable-admission-plugins=NodeRestriction', '--allow-privileged'],
      `--kubelet-client-certificate=${pki.kubeletClient.certificate}`,
      `--kubelet-client-key=${pki.kubeletClient.key}`,
      `--kubelet-certificate-authority=${pki.ca.certificate}`,
      '--kubelet-preferred-address-types=InternalIP',
      `--requestheader-client-ca-file=${pki.frontProxyCa.certificate}`,
      '--requestheader-allowed-names=front-proxy',
      '--requestheader-username-headers=X-Remote-User',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      `--proxy-client-cert-file=${pki.frontProxy.certificate}`,
      `--proxy-client-key-file=${pki.frontProxy.key}`,
      // A loopback address cannot be the endpoint of the kubernetes Service, and without a node there is no kube-proxy.
      ...(address === '127.0.0.1' ? ['--endpoint-reconciler-type=none', '--enable-aggregator-routing'] : []),
      ...apiserverArgs,
    ])
    await processes.ready('kube-apiserver', async () => (await get('/readyz')).status === 200)
  }
  await startApiServer()

  if (controllers) {
    const serving = [`--tls-cert-file=${pki.loopback.certificate}`, `--tls-private-key-file=${pki.loopback.key}`]
    const identity = (name: 'controllerManager' | 'scheduler') => {
      const file = writeKubeconfig(join(directory, `${name}.kubeconfig`), url, pki.ca.certificate, pki[name])
      return ['', 'authentication-', 'authorization-'].map((use) => `--${use}kubeconfig=${file}`)
    }
    processes.start('kube-controller-manager', binaries.path('kube-controller-manager'), [
      ...[...identity('controllerManager'), ...serving, '--leader-elect=false', '--bind-address=127.0.0.1'],
      ...[`--secure-port=${ports.controllerManager}`, '--use-service-account-credentials'],
      ...[`--service-account-private-key-file=${pki.tokens.privateKey}`, `--root-ca-file=${pki.ca.certificate}`],
      ...[`--cluster-signing-cert-file=${pki.ca.certificate}`, `--cluster-signing-key-file=${pki.ca.key}`],
      ...['--allocate-node-cidrs', `--cluster-cidr=${layout.podRange}`],
      `--service-cluster-ip-range=${layout.serviceRange}`,
      // What a resize gives back is counted only then; by default, every five minutes.
      '--resource-quota-sync-period=10s',
    ])
    processes.start('kube-scheduler', binaries.path('kube-scheduler'), [
      ...[...identity('scheduler'), ...serving, '--leader-elect=false', '--bind-address=127.0.0.1'],
      `--secure-port=${ports.scheduler}`,
    ])
    // The API server refuses Pods until their namespace has its default service account.
    const account = '/api/v1/namespaces/default/serviceaccounts/default'
    await processes.ready('kube-controller-manager', async () => (await get(account)).status === 200)
  }
  const restartApiServer = async () => {
    await processes.stop('kube-apiserver')
    await startApiServer()
  }
  return { url, etcdUrl, kubeconfig, authority: pki.ca, get, ports, restartApiServer }
}
