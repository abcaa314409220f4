import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const GO = join(import.meta.dirname, '..', 'go')
const KUBERNETES_MODULE = readFileSync(join(GO, 'kubernetes', 'go.mod'), 'utf8')
const ADDONS_MODULE = readFileSync(join(GO, 'addons', 'go.mod'), 'utf8')

export const KUBERNETES_VERSION = pinned(KUBERNETES_MODULE, 'k8s.io/kubernetes')

/** A program that a cluster takes, and how Go builds it from the modules that are pinned in ../go. */
export interface Program {
  /** Directory of the Go module. */
  readonly module: string
  readonly package: string
  /** Go variables that hold the program's version, and their values; without them it reports a made-up one. */
  readonly variables?: Readonly<Record<string, string>>
  /** Where it is cached: the name changes with whatever is pinned. */
  readonly cache: string
}

const cacheRoot = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'plimsoll')

function kubernetes(name: string): Program {
  const [major = '', minor = ''] = KUBERNETES_VERSION.slice(1).split('.')
  const variables: Record<string, string> = {}
  for (const place of ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']) {
    variables[`${place}.gitVersion`] = KUBERNETES_VERSION
    variables[`${place}.gitMajor`] = major
    variables[`${place}.gitMinor`] = minor
    variables[`${place}.gitTreeState`] = 'clean'
  }
  const cache = join(cacheRoot, `kubernetes-${KUBERNETES_VERSION}`, 'bin')
  return { module: join(GO, 'kubernetes'), package: `k8s.io/kubernetes/cmd/${name}`, variables, cache }
}

function addon(packageName: string, variables: Program['variables'] = {}): Program {
  const sources = ['pause/main.go', 'coredns/main.go'].map((file) => readFileSync(join(GO, 'addons', file), 'utf8'))
  const digest = createHash('sha256')
    .update([ADDONS_MODULE, ...sources].join('\0'))
    .digest('hex')
    .slice(0, 12)
  return {
    module: join(GO, 'addons'),
    package: packageName,
    variables,
    cache: join(cacheRoot, `addons-${digest}`, 'bin'),
  }
}

export const PROGRAMS = {
  etcd: { ...kubernetes('etcd'), package: 'go.etcd.io/etcd/server/v3', variables: {} },
  'kube-apiserver': kubernetes('kube-apiserver'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  'kube-scheduler': kubernetes('kube-scheduler'),
  kubectl: kubernetes('kubectl'),
  kubelet: kubernetes('kubelet'),
  'kube-proxy': kubernetes('kube-proxy'),
  pause: addon('./pause'),
  coredns: addon('./coredns'),
  'metrics-server': addon('sigs.k8s.io/metrics-server/cmd/metrics-server', {
    'k8s.io/client-go/pkg/version.gitVersion': pinned(ADDONS_MODULE, 'sigs.k8s.io/metrics-server'),
  }),
  helm: addon('helm.sh/helm/v4/cmd/helm', {
    'helm.sh/helm/v4/internal/version.version': pinned(ADDONS_MODULE, 'helm.sh/helm/v4'),
  }),
} as const satisfies Record<string, Program>

export type ProgramName = keyof typeof PROGRAMS

/** What admission, storage and tests take; envtest brings the same three. */
export const API_SERVER_PROGRAMS: readonly ProgramName[] = ['etcd', 'kube-apiserver', 'kubectl']
export const CONTROL_PLANE_PROGRAMS: readonly ProgramName[] = [
  ...API_SERVER_PROGRAMS,
  'kube-controller-manager',
  'kube-scheduler',
]
export const ADDONS = ['coredns', 'metrics-server'] as const
export const CLUSTER_PROGRAMS: readonly ProgramName[] = [
  ...CONTROL_PLANE_PROGRAMS,
  ...ADDONS,
  'kubelet',
  'kube-proxy',
  'pause',
]

/** The version at which a go.mod requires a module. */
function pinned(goMod: string, module: string): string {
  const version = goMod
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/^require /, '')
        .split(' '),
    )
    .find(([name, at]) => name === module && at?.startsWith('v'))?.[1]
  if (!version) throw new Error(`a go.mod in ${GO} requires no ${module}`)
  return version
}
