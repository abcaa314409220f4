import type { Resource } from './units.ts'
import { isAmbiguousUnit, isShare, unitOf } from './units.ts'

/** Meaning of a column in a history. */
export type Role = 'namespace' | 'kind' | 'workload' | 'container' | 'pod' | 'time' | 'metric' | 'value' | Resource

/** Words of a column's name, in lower case: `containerName`, `Container Name` and `CONTAINER_NAME` are the same. */
function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/[KMGTP]i?B(?![a-z])/g, (unit) => `_${unit.toLowerCase()}`)
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/(?<![\p{L}\p{N}])(milli|micro|nano)[^\p{L}\p{N}]*(?=c(?:ores?|pus?)(?![\p{L}\p{N}]))/gu, '$1')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

/** Prefixes that exporters add to the name of a label: Grafana, Google Cloud, OpenTelemetry, Datadog, Telegraf. */
const PREFIXES = /^(?:(?:resource|metadata|system|user|labels?|tags?|metric|kubernetes|k8s|kube)_)+(?=.)/

/** Names of each role, best first: if two columns match, the earlier name is used. */
const NAMES: Readonly<Record<Exclude<Role, Resource>, readonly string[]>> = {
  namespace: ['exported_namespace', 'namespace', 'namespace_name', 'ns', 'pod_namespace', 'namespace_id'],
  kind: [
    ...['kind', 'workload_kind', 'workload_type', 'controller_kind', 'controller_type', 'owner_kind', 'type'],
    ...[
      'created_by_kind',
      'top_level_controller_type',
      'target_kind',
      'target_ref_kind',
      'resource_kind',
      'owner_type',
    ],
  ],
  workload: [
    ...['workload', 'workload_name', 'controller', 'controller_name', 'owner', 'owner_name', 'created_by_name'],
    ...['top_level_controller_name', 'target', 'target_name', 'target_ref_name', 'app', 'app_name', 'application'],
    ...['service', 'service_name'],
  ],
  container: ['exported_container', 'container', 'container_name'],
  pod: ['exported_pod', 'pod', 'pod_name'],
  time: [
    ...['timestamp', 'time', 'datetime', 'date_time', 'ts', 'date', 'epoch', 'unix', 'unixtime', 'unix_time'],
    ...['timestamp_ms', 'timestamp_s', 'time_ms', 'time_s', 'time_stamp', 'time_utc', 'timestamp_utc', 'date_utc'],
    ...['end_time', 'interval_end', 'window_end', 'start_time', 'interval_start', 'window_start', 'at', 'when'],
    ...['time_generated', 'time_generated_utc', 'observed_timestamp', 'usage_start_time', 'event_time', 'point_time'],
    ...['zeit', 'zeitstempel', 'datum', 'date_heure', 'fecha', 'hora'],
  ],
  metric: ['field', 'metric', 'metric_name', 'counter_name', 'name', 'measurement', 'resource', 'series', 'variable'],
  value: ['value', 'val', 'metric_value', 'counter_value', 'mean', 'avg', 'mean_value', 'double_value', 'usage'],
}

/** Kinds that a column may be named after instead of the workload: Datadog has `kube_deployment`. */
export const KIND_COLUMNS: Readonly<Record<string, string>> = {
  deployment: 'Deployment',
  deployment_name: 'Deployment',
  statefulset: 'StatefulSet',
  statefulset_name: 'StatefulSet',
  stateful_set: 'StatefulSet',
  daemonset: 'DaemonSet',
  daemonset_name: 'DaemonSet',
  daemon_set: 'DaemonSet',
  cronjob: 'CronJob',
  cronjob_name: 'CronJob',
  cron_job: 'CronJob',
  rollout: 'Rollout',
}

/** Name of a column in the form of the tables above. */
export function plainName(name: string): string {
  const words = wordsOf(name).join('_')
  return words.replace(PREFIXES, '') || words
}

/** Index of a name among those of a role; -1 if it is not one of them. */
export function rankAs(role: Exclude<Role, Resource>, plain: string): number {
  return NAMES[role].indexOf(plain)
}

/** What a column or metric measures, according to its name. */
export interface Measure {
  readonly resource: Resource
  /** Cores or bytes of one unit; undefined if the name does not contain the unit. */
  readonly unit: number | undefined
  /** Lower is better: for memory, the working set is what Kubernetes uses. */
  readonly rank: number
  /** Why it cannot be used unless a person decides; undefined if it can. */
  readonly unclear?: string
  /** Units that it may have. */
  readonly units?: readonly string[]
}

/** The domain before a metric's name in Cloud Monitoring: `kubernetes.io/container/cpu/core_usage_time`. */
const OF_DOMAIN = /^[a-z]+(?:\.[a-z]+)*\.(?:io|com|dev)\/+/
const COUNTS = 'counts seconds of CPU: export its rate, or OpenMetrics text'
const SHARE = 'is a share of something unknown. With the unit "percent", 100 is one core'
/** A share is used only if nothing else contains the usage. */
const SHARES_RANK = 9
const OF_CPU = /^(?:cpu|cpus|vcpu|cores?|processor)$/
const OF_MEMORY = /^(?:memory|mem|ram)$/
/** Words that a name may have besides resource and unit, and that mean current usage. */
const PLAIN = new Set([
  ...['container', 'containers', 'pod', 'pods', 'kubernetes', 'k8s', 'kube', 'usage', 'used', 'use', 'using', 'rate'],
  ...['irate', 'avg', 'average', 'mean', 'value', 'current', 'actual', 'consumption', 'consumed', 'sum', 'node'],
  ...['namespace', 'total', 'working', 'set', 'workingset', 'wss', 'rss', 'resident', 'process', 'metrics', 'in', '1m'],
  ...['5m', 'rate5m', 'irate5m', 'sum_irate', 'ratio', 'time', 'seconds'],
])

/** What a column measures, by its name; undefined if it is neither CPU nor memory usage. */
export function measureOf(metric: string): Measure | undefined {
  // The only name whose unit is well known although the name does not contain it.
  if (metric === 'kubernetes.cpu.usage.total') return { resource: 'cpu', unit: 1e-9, rank: 1 }
  const name = metric.replace(OF_DOMAIN, '')
  const words = [...wordsOf(name), ...(name.includes('%') ? ['percent'] : [])]
  const isWorkingSet = /working_?set|wss/.test(words.join('_'))
  const unit = unitWord(words, name)
  const resource = words.some((word) => OF_CPU.test(word))
    ? 'cpu'
    : words.some((word) => OF_MEMORY.test(word)) || (isWorkingSet && unit !== undefined)
      ? 'memory'
      : undefined
  if (!resource) return undefined
  const rest = words.filter((word) => !OF_CPU.test(word) && !OF_MEMORY.test(word) && word !== unit && !isShare(word))
  if (!rest.every((word) => PLAIN.has(word))) return undefined
  const rank = isWorkingSet ? 0 : rest.includes('rss') || rest.includes('resident') ? 2 : 1
  if (words.some(isShare)) {
    const [unclear, units] = [SHARE, ['percent', 'cores']]
    return resource === 'cpu' ? { resource, unit: 1, rank: SHARES_RANK, unclear, units } : undefined
  }
  // Prometheus' name of a counter of seconds; "CPU seconds" is always such a counter.
  if (resource === 'cpu' && rest.includes('seconds')) {
    return { resource, unit: 1, rank, unclear: COUNTS, units: ['cores'] }
  }
  if (resource === 'memory' && unit !== undefined && isAmbiguousUnit(unit)) {
    const letter = unit[0]!.toUpperCase()
    const unclear = `is in ${unit.toUpperCase()}, which people use for 1,000 and for 1,024`
    return { resource, unit: 1, rank, unclear, units: [`${letter}iB`, `${letter}B`] }
  }
  const ofOne = unit === undefined ? undefined : unitOf(resource, unit)
  return { resource, unit: ofOne, rank }
}

/** The unit in a name: its last word, or "cores" alone. */
function unitWord(words: readonly string[], name: string): string | undefined {
  const last = words.at(-1)
  if (last === undefined || words.length < 2) return undefined
  const resource = words.some((word) => OF_CPU.test(word) && word !== last) ? 'cpu' : 'memory'
  // `CPU` alone at the end is the resource, not the unit.
  if (/^(?:cpu|cpus|vcpu)$/.test(last)) return undefined
  const spelled = /\bM\b/.test(name) && last === 'm' ? 'M' : last
  return unitOf(resource, spelled) === undefined && !isAmbiguousUnit(last) ? undefined : last
}
