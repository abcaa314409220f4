import type { KubeObject } from '../../kube/index.ts'
import type { Store } from './facts.ts'

export interface ApiService extends KubeObject {
  readonly spec?: {
    readonly clusterIP?: string
    readonly type?: string
    readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol?: string }[]
  }
}

/**
 * Programs that answer Prometheus queries, by the name of their Service, with their default port. Those that
 * see more clusters or more time come first.
 */
const PROGRAMS: readonly { readonly program: string; readonly name: RegExp; readonly port: number }[] = [
  { program: 'thanos-query', name: /^thanos-quer(y|ier)(-frontend)?$/, port: 9090 },
  { program: 'mimir', name: /^mimir-(nginx|gateway|query-frontend)$/, port: 8080 },
  { program: 'VictoriaMetrics', name: /^(vmselect|victoria-metrics-single-server|vmsingle)$/, port: 8428 },
  { program: 'Prometheus', name: /^prometheus(-server|-k8s)?$/, port: 9090 },
]
const HTTPS = /^(https|web-tls)$/

/**
 * Services that look like a Prometheus, the widest view first. Headless ones are left out where another Service leads to the same
 * program, because their names lead to a single replica.
 */
export function storesAmong(services: readonly ApiService[]): Store[] {
  const found = services.flatMap((service) => storesOf(service))
  return found
    .filter(
      (one) => !one.isHeadless || !found.some((other) => !other.isHeadless && isSamePlace(one.store, other.store)),
    )
    .toSorted((a, b) => a.rank - b.rank || compare(keyOf(a.store), keyOf(b.store)))
    .map(({ store }) => store)
}

interface Found {
  readonly store: Store
  readonly rank: number
  readonly isHeadless: boolean
}

function storesOf({ metadata, spec }: ApiService): Found[] {
  const {
    name = '',
    namespace = '',
    labels = {},
  } = metadata as { labels?: Record<string, string> } & ApiService['metadata']
  if (spec?.type === 'ExternalName') return []
  const names = [labels['app.kubernetes.io/name'], labels.app, name].filter((one) => one !== undefined)
  const isOperated = labels['operated-prometheus'] === 'true'
  const rank = isOperated
    ? PROGRAMS.length - 1
    : PROGRAMS.findIndex((program) => names.some((one) => program.name.test(one)) || isOfRelease(name, program.name))
  const kind = PROGRAMS[rank]
  const port = kind && portOf(spec?.ports ?? [], kind.port)
  if (!kind || !port) return []
  const { program } = kind
  const store = {
    namespace,
    service: name,
    port: port.port,
    program,
    isHttps: HTTPS.test(port.name ?? '') || namespace === 'openshift-monitoring',
  }
  return [{ store, rank, isHeadless: spec?.clusterIP === 'None' }]
}

/** Charts put the name of their release first: `monitoring-prometheus`, `kube-prometheus-stack-prometheus`. */
function isOfRelease(service: string, name: RegExp): boolean {
  const words = service.split('-')
  return words.some((_, start) => start > 0 && name.test(words.slice(start).join('-')))
}

function portOf(ports: NonNullable<NonNullable<ApiService['spec']>['ports']>, usual: number) {
  const tcp = ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP')
  const web = ['http-web', 'web', 'http', 'https', 'http-query', 'server']
  return (
    tcp.find(({ port }) => port === usual) ??
    web.flatMap((name) => tcp.filter((port) => port.name === name))[0] ??
    (tcp.length === 1 ? tcp[0] : undefined)
  )
}

function isSamePlace(a: Store, b: Store): boolean {
  return a.namespace === b.namespace && a.program === b.program
}

function keyOf({ namespace, service }: Store): string {
  return `${namespace}/${service}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
