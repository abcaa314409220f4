import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const GO = join(import.meta.dirname, '..', 'go')
const ADDONS_MODULE = join(GO, 'addons')
const HELM3_MODULE = join(GO, 'helm3')
const VICTORIA_METRICS_MODULE = join(GO, 'victoria-metrics')
const K6_MODULE = join(GO, 'k6')
const KWOK_MODULE = join(GO, 'kwok')
const KREW_MODULE = join(GO, 'krew')
const SERVICE_MODULE = join(GO, 'service')
/** With it in the environment, the API server is of the oldest Kubernetes that the chart is for; all else stays. */
const OLDEST = process.env.PLIMSOLL_TEST_KUBERNETES === 'oldest'

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

function kubernetes(name: string, module = join(GO, 'kubernetes')): Program {
  const version = pinned(module, 'k8s.io/kubernetes')
  const [major = '', minor = ''] = version.slice(1).split('.')
  const variables: Record<string, string> = {}
  for (const place of ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']) {
    variables[`${place}.gitVersion`] = version
    variables[`${place}.gitMajor`] = major
    variables[`${place}.gitMinor`] = minor
    variables[`${place}.gitTreeState`] = 'clean'
  }
  const cache = join(cacheRoot, `kubernetes-${version}`, 'bin')
  return { module, package: `k8s.io/kubernetes/cmd/${name}`, variables, cache }
}

function addon(packageName: string, variables: Program['variables'] = {}): Program {
  const digest = digestOf(ADDONS_MODULE, 'go.mod', 'pause/main.go', 'coredns/main.go')
  return { module: ADDONS_MODULE, package: packageName, variables, cache: join(cacheRoot, `addons-${digest}`, 'bin') }
}

function digestOf(module: string, ...files: readonly string[]): string {
  const sources = files.map((file) => readFileSync(join(module, file), 'utf8'))
  return createHash('sha256').update(sources.join('\0')).digest('hex').slice(0, 12)
}

function helm3(): Program {
  const version = pinned(HELM3_MODULE, 'helm.sh/helm/v3')
  const [, minor = ''] = pinned(HELM3_MODULE, 'k8s.io/client-go').split('.')
  const variables: Record<string, string> = { 'helm.sh/helm/v3/internal/version.version': version }
  // For which Kubernetes it renders where it is not told; without them, for one of years ago.
  for (const place of ['pkg/chartutil', 'pkg/lint/rules']) {
    variables[`helm.sh/helm/v3/${place}.k8sVersionMajor`] = '1'
    variables[`helm.sh/helm/v3/${place}.k8sVersionMinor`] = minor
  }
  const cache = join(cacheRoot, `helm-${version}`, 'bin')
  return { module: HELM3_MODULE, package: 'helm.sh/helm/v3/cmd/helm', variables, cache }
}

/** One of our programs, in a separate Go module: its cache changes with its sources. */
function ownProgram(name: string): Program {
  const module = join(GO, name)
  const sources = ['go.mod', 'main.go'].map((file) => readFileSync(join(module, file), 'utf8'))
  const digest = createHash('sha256').update(sources.join('\0')).digest('hex').slice(0, 12)
  return { module, package: '.', cache: join(cacheRoot, `${name}-${digest}`, 'bin') }
}

function victoriaMetrics(): Program {
  const name = 'github.com/VictoriaMetrics/VictoriaMetrics'
  const version = pinned(VICTORIA_METRICS_MODULE, name)
  const cache = join(cacheRoot, `victoria-metrics-${version}`, 'bin')
  return { module: VICTORIA_METRICS_MODULE, package: `${name}/app/victoria-metrics`, cache }
}

function k6(): Program {
  const cache = join(cacheRoot, `k6-${pinned(K6_MODULE, 'go.k6.io/k6')}`, 'bin')
  return { module: K6_MODULE, package: 'go.k6.io/k6', cache }
}

function kwok(): Program {
  const cache = join(cacheRoot, `kwok-${pinned(KWOK_MODULE, 'sigs.k8s.io/kwok')}`, 'bin')
  return { module: KWOK_MODULE, package: 'sigs.k8s.io/kwok/cmd/kwok', cache }
}

function krew(name: string): Program {
  const version = pinned(KREW_MODULE, 'sigs.k8s.io/krew')
  const variables = { 'sigs.k8s.io/krew/internal/version.gitTag': version }
  return {
    module: KREW_MODULE,
    package: `sigs.k8s.io/krew/cmd/${name}`,
    variables,
    cache: join(cacheRoot, `krew-${version}`, 'bin'),
  }
}

function service(): Program {
  const digest = digestOf(SERVICE_MODULE, 'go.mod', 'main.go')
  return { module: SERVICE_MODULE, package: '.', cache: join(cacheRoot, `service-${digest}`, 'bin') }
}

export const PROGRAMS = {
  etcd: { ...kubernetes('etcd'), package: 'go.etcd.io/etcd/server/v3', variables: {} },
  'kube-apiserver': kubernetes('kube-apiserver'),
  // A unique name, so that no package from elsewhere is used instead.
  'kube-apiserver-oldest': kubernetes('kube-apiserver', join(GO, 'oldest')),
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
  helm3: helm3(),
  'victoria-metrics': victoriaMetrics(),
  'native-histogram': ownProgram('native-histogram'),
  k6: k6(),
  // Plays the kubelets of nodes that do not exist.
  kwok: kwok(),
  krew: krew('krew'),
  'validate-krew-manifest': krew('validate-krew-manifest'),
  // Runs in Pods, under load: its latency depends on its CPU.
  service: service(),
} as const satisfies Record<string, Program>

export type ProgramName = keyof typeof PROGRAMS

/** What admission, storage and tests take; envtest brings the same three. */
export const API_SERVER: ProgramName = OLDEST ? 'kube-apiserver-oldest' : 'kube-apiserver'
export const API_SERVER_PROGRAMS: readonly ProgramName[] = ['etcd', API_SERVER, 'kubectl']
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

/** The version at which the go.mod of a directory requires a module. */
function pinned(directory: string, module: string): string {
  const version = readFileSync(join(directory, 'go.mod'), 'utf8')
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/^require /, '')
        .split(' '),
    )
    .find(([name, at]) => name === module && at?.startsWith('v'))?.[1]
  if (!version) throw new Error(`${directory}/go.mod requires no ${module}`)
  return version
}
