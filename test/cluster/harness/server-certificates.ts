import { join } from 'node:path'
import type { Layout } from './layout.ts'
import { CertificateAuthority, serviceAccountKeys } from './pki.ts'

/** The certificates of a control plane, by use. */
export async function issueServerCertificates(layout: Layout) {
  const directory = join(layout.directory, 'pki')
  const [ca, frontProxyCa] = await Promise.all([
    CertificateAuthority.create(directory, 'test-cluster'),
    CertificateAuthority.create(join(directory, 'front-proxy'), 'test-cluster-front-proxy'),
  ])
  const service = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local']
  const addresses = ['127.0.0.1', layout.hostAddress, layout.apiServiceAddress]
  const [server, loopback, kubeletClient, frontProxy, admin, controllerManager, scheduler] = await Promise.all([
    ca.issue('kube-apiserver', {
      subject: '/CN=kube-apiserver',
      names: [
        ...addresses.map((address) => `IP:${address}`),
        ...['localhost', ...service].map((name) => `DNS:${name}`),
      ],
    }),
    ca.issue('loopback', { subject: '/CN=loopback', names: ['IP:127.0.0.1', 'DNS:localhost'] }),
    ca.issue('kubelet-client', { subject: '/O=system:masters/CN=kube-apiserver-kubelet-client' }),
    frontProxyCa.issue('front-proxy', { subject: '/CN=front-proxy' }),
    ca.issue('admin', { subject: '/O=system:masters/CN=kubernetes-admin' }),
    ca.issue('controller-manager', { subject: '/CN=system:kube-controller-manager' }),
    ca.issue('scheduler', { subject: '/CN=system:kube-scheduler' }),
  ])
  const tokens = serviceAccountKeys(directory)
  return { ca, frontProxyCa, server, loopback, kubeletClient, frontProxy, admin, controllerManager, scheduler, tokens }
}
