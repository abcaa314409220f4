import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { makeCgroup } from './cgroups.ts'
import { type ImageStore, imageStore } from './images.ts'
import { writeKubeconfig } from './kubeconfig.ts'
import { PAUSE_IMAGE, writeContainerdConfig, writeKubeletConfig, writeProxyConfig } from './node-config.ts'
import type { NodeNamespaces } from './node-namespaces.ts'
import type { Servers } from './servers.ts'
import type { Session } from './session.ts'

/** Starts containerd in the node's namespaces. Does not need the API server. */
export async function startContainerd(
  { layout, processes }: Session,
  namespaces: NodeNamespaces,
  binaries: Binaries,
  cpuShares: number | undefined,
): Promise<ImageStore> {
  makeCgroup(layout.cgroup, cpuShares)
  const [enter, ...inside] = namespaces.enter
  processes.start('containerd', enter!, [...inside, 'containerd', '--config', writeContainerdConfig(layout)])
  const store = imageStore(layout, namespaces)
  await processes.ready('containerd', async () => (await store.list()) !== undefined)
  await store.load(PAUSE_IMAGE, { files: { '/pause': binaries.path('pause') }, command: ['/pause'] })
  return store
}

/** Starts kubelet and kube-proxy and waits until the node is ready for Pods. */
export async function startKubelet(
  { layout, processes }: Session,
  namespaces: NodeNamespaces,
  binaries: Binaries,
  { url, authority, get }: Servers,
  config: object,
): Promise<void> {
  const { directory, nodeName, nodeAddress } = layout
  const [kubelet, proxy] = await Promise.all([
    authority.issue('kubelet', {
      subject: `/O=system:nodes/CN=system:node:${nodeName}`,
      names: [`IP:${nodeAddress}`, `DNS:${nodeName}`],
    }),
    authority.issue('kube-proxy', { subject: '/CN=system:kube-proxy' }),
  ])
  const kubeconfig = (name: string, client: typeof kubelet) =>
    writeKubeconfig(join(directory, `${name}.kubeconfig`), url, authority.certificate, client)
  const [enter, ...inside] = namespaces.enter
  processes.start('kubelet', enter!, [
    ...[
      ...inside,
      binaries.path('kubelet'),
      `--config=${writeKubeletConfig(layout, authority.certificate, kubelet, config)}`,
    ],
    ...[
      `--kubeconfig=${kubeconfig('kubelet', kubelet)}`,
      `--hostname-override=${nodeName}`,
      `--node-ip=${nodeAddress}`,
    ],
    // Interval of usage samples. The default of 10 s is too long for a short test.
    '--housekeeping-interval=5s',
  ])
  processes.start('kube-proxy', enter!, [
    ...[...inside, binaries.path('kube-proxy')],
    `--config=${writeProxyConfig(layout, kubeconfig('kube-proxy', proxy))}`,
  ])
  await processes.ready('kubelet', async () => {
    const { status, body } = await get(`/api/v1/nodes/${nodeName}`)
    if (status !== 200) return false
    const node = JSON.parse(body) as { status: { conditions?: { type: string; status: string }[] } }
    return node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
  })
}
