import type { Asked } from '../facts.ts'
import { isTooOld, OLDEST_KUBERNETES } from '../oldest.ts'
import type { Autoscaler, Store, Survey } from './facts.ts'

/** What was found about one subject, and what it means for Plimsoll. */
export interface Found {
  readonly subject: string
  readonly says: string
}

export interface Advice {
  readonly found: readonly Found[]
  /** What prevents an installation or learning. */
  readonly obstacles: readonly string[]
  /** Values of the chart that fit this cluster, by their path. */
  readonly values: Readonly<Record<string, string | boolean>>
  /** Whether Plimsoll is installed already. */
  readonly isInstalled: boolean
}

const MOST_NAMES = 5

/** Evaluates a survey: one finding for each subject, and the values of the chart that fit. */
export function advise(survey: Survey): Advice {
  const { groups } = survey
  const store = chosenStore(survey)
  const hasMetricsApi = groups.has('metrics.k8s.io')
  const obstacles = [
    ...(isTooOld(survey.kubernetes)
      ? [`Kubernetes ${survey.kubernetes} is too old: the chart needs ${OLDEST_KUBERNETES} or later.`]
      : []),
    ...(hasMetricsApi || store
      ? []
      : [
          'There is neither metrics-server nor a Prometheus, so there would be no usage to learn from. Install one of them.',
        ]),
  ]
  return {
    found: [
      { subject: 'Kubernetes', says: `${survey.kubernetes}: ${resizing(survey)}` },
      { subject: 'Plimsoll', says: installation(survey.installed) },
      { subject: 'Prometheus', says: stores(survey.stores) },
      { subject: 'metrics-server', says: metricsApi(hasMetricsApi, store !== undefined) },
      { subject: 'HPAs', says: autoscalers(survey.hpas, affectedByHpas) },
      { subject: 'VPAs', says: autoscalers(survey.vpas, affectedByVpas) },
      { subject: 'policies', says: policies(survey) },
      ...others(groups),
    ],
    obstacles,
    values: valuesFor(survey, store),
    isInstalled: 'value' in survey.installed && survey.installed.value.length > 0,
  }
}

function valuesFor({ groups, monitorLabels }: Survey, store: Store | undefined): Advice['values'] {
  const values: Record<string, string | boolean> = {}
  if (store) values['settings.prometheus.url'] = urlOf(store)
  if (groups.has('monitoring.coreos.com')) {
    const labels = Object.entries(('value' in monitorLabels ? monitorLabels.value : undefined) ?? {})
    for (const kind of ['serviceMonitor', 'prometheusRule']) {
      values[`metrics.${kind}.enabled`] = true
      for (const [label, value] of labels) values[`metrics.${kind}.labels.${escaped(label)}`] = value
    }
  }
  return values
}

/** Dots in a key of --set separate levels. */
function escaped(key: string): string {
  return key.replaceAll('.', '\\.')
}

function chosenStore({ stores }: Survey): Store | undefined {
  return 'value' in stores ? stores.value[0] : undefined
}

function urlOf({ service, namespace, port, isHttps }: Store): string {
  return `${isHttps ? 'https' : 'http'}://${service}.${namespace}:${port}`
}

function resizing({ servesPodResize }: Survey): string {
  return servesPodResize
    ? 'running Pods can be resized in place'
    : 'it has no pods/resize, so only new Pods get values (1.33 and later have it)'
}

function installation(installed: Survey['installed']): string {
  if (!('value' in installed)) return unknown(installed)
  const [name] = installed.value
  return name === undefined ? 'not installed' : `installed, with the registration ${name}`
}

function stores(asked: Survey['stores']): string {
  if (!('value' in asked)) return unknown(asked)
  const [first, ...rest] = asked.value
  if (!first) return 'not found in the cluster; for one outside, set settings.prometheus.url'
  const more = rest.length > 0 ? `; also ${named(rest.map((one) => `${one.namespace}/${one.service}`))}` : ''
  const secured = first.isHttps
    ? '. It speaks HTTPS: set settings.prometheus.caFile, and tokenFile if it asks for a token'
    : ''
  return `${first.program} at ${urlOf(first)}, by its name; Plimsoll learns from the past weeks immediately${more}${secured}`
}

function metricsApi(isServed: boolean, hasStore: boolean): string {
  if (!isServed) return 'not found'
  return hasStore ? 'found; not needed with a Prometheus' : 'found: Plimsoll learns from the installation on'
}

function autoscalers(asked: Asked<readonly Autoscaler[]>, affects: (count: number, names: string) => string): string {
  if (!('value' in asked)) return unknown(asked)
  const affected = asked.value.filter(({ isAffected }) => isAffected)
  if (affected.length === 0) return count(asked.value.length)
  return `${asked.value.length}, of which ${affects(affected.length, named(affected.map(({ name }) => name)))}`
}

function affectedByHpas(count: number, names: string): string {
  return `${count} scale on a share of the requests (${names}): these resources keep the author's values unless settings.autoscalers says otherwise`
}

function affectedByVpas(count: number, names: string): string {
  return `${count} change Pods (${names}): Plimsoll leaves these workloads alone while they do`
}

const ENGINES: readonly (readonly [group: string, name: string])[] = [
  ['kyverno.io', 'Kyverno'],
  ['policies.kyverno.io', 'Kyverno'],
  ['templates.gatekeeper.sh', 'Gatekeeper'],
]

function policies({ limitRanges, quotas, groups }: Survey): string {
  const engines = ENGINES.flatMap(([group, name]) => (groups.has(group) ? [name] : []))
  const counted = (asked: Asked<number>, what: string) =>
    'value' in asked ? `${asked.value} ${what}` : `${what}: ${unknown(asked)}`
  return [
    counted(limitRanges, 'LimitRanges'),
    `${counted(quotas, 'ResourceQuotas')} (both are respected)`,
    ...new Set(engines),
  ].join(', ')
}

/** Programs by their API groups, with the value or page about them. */
const OTHERS: readonly (readonly [group: string, subject: string, says: string])[] = [
  ['cert-manager.io', 'cert-manager', 'found; certificates.mode=cert-manager uses it, but it is not needed'],
  ['security.openshift.io', 'OpenShift', 'found; the chart lets it choose the user of the Pods'],
  ['gateway.networking.k8s.io', 'Gateway API', 'found; dashboard.httpRoute uses it'],
  ['argoproj.io', 'Argo', 'found; docs/start/install.md has an Application for Argo CD'],
  ['helm.toolkit.fluxcd.io', 'Flux', 'found; put the values below into a HelmRelease'],
  ['keda.sh', 'KEDA', 'found; it scales through HPAs'],
]

function others(groups: ReadonlySet<string>): Found[] {
  return OTHERS.flatMap(([group, subject, says]) => (groups.has(group) ? [{ subject, says }] : []))
}

function count(number: number): string {
  return number === 0 ? 'none' : `${number}, none of which matters to Plimsoll`
}

function named(all: readonly string[]): string {
  const rest = all.length - MOST_NAMES
  return [...all.slice(0, MOST_NAMES), ...(rest > 0 ? [`${rest} more`] : [])].join(', ')
}

function unknown({ problem }: { readonly problem: string }): string {
  return `not known: ${problem}`
}
