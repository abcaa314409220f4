import { hasSystemProgram, locate } from './binaries.ts'
import { cniPlugins } from './node-config.ts'
import { API_SERVER_PROGRAMS, CLUSTER_PROGRAMS, CONTROL_PLANE_PROGRAMS, type ProgramName } from './programs.ts'

/** Debian packages by a program that each contains. */
const CONTROL_PLANE = { openssl: 'openssl', setpriv: 'util-linux' }
const NODE = {
  containerd: 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  nft: 'nftables',
  ip: 'iproute2',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  busybox: 'busybox-static',
  prometheus: 'prometheus',
}

/** Why this machine cannot run a control plane, as the reason of a skipped test; undefined if it can. */
export function controlPlaneObstacle(controllers = true): string | undefined {
  return obstacle(controllers ? CONTROL_PLANE_PROGRAMS : API_SERVER_PROGRAMS, CONTROL_PLANE)
}

/** Why this machine cannot run a cluster with a node and `more` programs; undefined if it can. */
export function clusterObstacle(...more: readonly ProgramName[]): string | undefined {
  const found = obstacle([...CLUSTER_PROGRAMS, ...more], CONTROL_PLANE)
  if (found) return found
  if (process.getuid?.() !== 0) return 'a node needs root (the control plane alone does not)'
  const packages = missingPackages(NODE)
  if (!cniPlugins()) packages.push('containernetworking-plugins')
  return packages.length > 0 ? aptGet(packages) : undefined
}

function obstacle(programs: readonly ProgramName[], system: Readonly<Record<string, string>>): string | undefined {
  if (process.platform !== 'linux') return `a test cluster needs Linux, and this is ${process.platform}`
  const missing = programs.filter((name) => !locate(name))
  if (missing.length > 0 && !hasSystemProgram('go')) {
    return (
      `neither ready binaries of ${missing.join(', ')} nor Go to build them with: install Go 1.26, ` +
      'or name a directory with the binaries in PLIMSOLL_CLUSTER_BIN or KUBEBUILDER_ASSETS'
    )
  }
  const packages = missingPackages(system)
  return packages.length > 0 ? aptGet(packages) : undefined
}

/** Missing Debian packages. */
function missingPackages(programs: Readonly<Record<string, string>>): string[] {
  const missing = Object.entries(programs).filter(([program]) => !hasSystemProgram(program))
  return [...new Set(missing.map(([, name]) => name))]
}

function aptGet(packages: readonly string[]): string {
  return `missing on this machine: apt-get install --no-install-recommends ${packages.join(' ')}`
}
