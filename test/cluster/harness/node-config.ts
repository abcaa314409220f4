import { existsSync, mkdirSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Layout } from './layout.ts'
import type { Certificate } from './pki.ts'

/** Directories of the CNI plugins, on Debian and upstream. */
const CNI_DIRECTORIES = ['/usr/lib/cni', '/opt/cni/bin']
/** `f_type` of an overlay file system, on which another cannot be mounted: statfs(2). */
const OVERLAY = 0x794c7630

export const PAUSE_IMAGE = 'docker.io/library/pause:1'
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock'

export function cniPlugins(): string | undefined {
  return CNI_DIRECTORIES.find(
    (directory) => existsSync(join(directory, 'ptp')) && existsSync(join(directory, 'host-local')),
  )
}

/** The snapshotter of containerd: overlayfs, or native (copies) if the run directory is on an overlay file system. */
export function snapshotter({ directory }: Layout): 'overlayfs' | 'native' {
  return statfsSync(directory).type === OVERLAY ? 'native' : 'overlayfs'
}

/** Writes the configuration of containerd and of the Pod network. Returns the path of the former. */
export function writeContainerdConfig(layout: Layout): string {
  const directory = join(layout.directory, 'node')
  const network = join(directory, 'cni')
  mkdirSync(network, { recursive: true })
  // Point to point: every packet between Pods is routed and so seen by kube-proxy's rules, with no bridge in between.
  const ptp = {
    type: 'ptp',
    ipam: {
      type: 'host-local',
      ranges: [[{ subnet: layout.podRange }]],
      routes: [{ dst: '0.0.0.0/0' }],
    },
  }
  writeFileSync(
    join(network, '10-test.conflist'),
    JSON.stringify({ cniVersion: '0.4.0', name: 'test', plugins: [ptp] }),
  )
  const config = join(directory, 'containerd.toml')
  // AppArmor's profiles may be missing, and without CAP_SYS_RESOURCE an OOM score cannot go below one's own.
  writeFileSync(
    config,
    `version = 2
[plugins."io.containerd.internal.v1.opt"]
  path = "/var/lib/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  disable_apparmor = true
  restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = "${snapshotter(layout)}"
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "${cniPlugins()}"
  conf_dir = "${network}"
`,
  )
  return config
}

/** Writes the kubelet's configuration, with `more` fields, as JSON, which is YAML. It is meant for cgroup v1 and v2, and tried on v1. */
export function writeKubeletConfig(layout: Layout, authority: string, serving: Certificate, more: object): string {
  return writeJson(layout, 'kubelet.json', {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: layout.nodeAddress,
    tlsCertFile: serving.certificate,
    tlsPrivateKeyFile: serving.key,
    authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: authority } },
    authorization: { mode: 'Webhook' },
    clusterDomain: 'cluster.local',
    clusterDNS: [layout.dnsAddress],
    resolvConf: '',
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${layout.cgroup}`,
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0,
    volumePluginDir: '/var/lib/kubelet/volume-plugins',
    // The disk of a test machine is often nearly full, and an image that is garbage-collected cannot be pulled again.
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    makeIPTablesUtilChains: false,
    ...more,
  })
}

export function writeProxyConfig(layout: Layout, kubeconfig: string): string {
  return writeJson(layout, 'kube-proxy.json', {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    bindAddress: layout.nodeAddress,
    hostnameOverride: layout.nodeName,
    clientConnection: { kubeconfig },
    clusterCIDR: layout.podRange,
    detectLocalMode: 'ClusterCIDR',
    // The size of the connection table is a setting of the whole machine.
    conntrack: { maxPerCore: 0, min: 0 },
    oomScoreAdj: 0,
  })
}

function writeJson({ directory }: Layout, name: string, content: object): string {
  const path = join(directory, 'node', name)
  writeFileSync(path, JSON.stringify(content, null, 2))
  return path
}
