import type { Labels } from './owners.ts'

/*
 * Which labels of a series may tell one cluster from another. Prometheus gives every series labels of four kinds: of the object
 * (namespace, pod, container), of the scrape (job, instance, …), of the server and its replica, and those that people add to tell
 * clusters, tenants or regions apart. The last kind has no fixed names. So all others are listed here.
 */

const OF_OBJECT = ['namespace', 'pod', 'container', 'exported_namespace', 'exported_pod', 'exported_container']

/** Labels of one run of a container, and of the metrics themselves. */
const OF_RUN = [
  ...['id', 'name', 'image', 'image_id', 'image_spec', 'container_id', 'uid', 'pod_uid', 'pod_ip', 'host_ip', 'cpu'],
  ...['owner_kind', 'owner_name', 'owner_is_controller', 'created_by_kind', 'created_by_name', 'priority_class'],
  ...[
    'host_network',
    'resource',
    'unit',
    'replicaset',
    'replicationcontroller',
    'job_name',
    'phase',
    'reason',
    'restart_policy',
  ],
  ...['pod_name', 'container_name', 'pod_template_hash', 'controller_revision_hash', 'image_tag', 'scheduler'],
]

/** Labels of a target, as in service discovery and scrape configurations. */
const OF_SCRAPE = [
  ...['job', 'instance', 'endpoint', 'service', 'metrics_path', 'scheme', 'scrape_job', 'target', 'source', 'port'],
  ...['service_name', 'service_instance_id', 'server_address', 'server_port', 'url_scheme', 'otel_scope_name'],
  ...['otel_scope_version', 'agent', 'agent_hostname', 'collector', 'app', 'chart', 'release', 'heritage', 'component'],
  ...['k8s_app', 'kubernetes_name', 'kubernetes_namespace', 'kubernetes_pod_name', 'kubernetes_node', 'prometheus'],
  ...['tier', 'version', 'kubernetes_io_cluster_service', 'addonmanager_kubernetes_io_mode'],
]

/** Labels of a node. */
const OF_NODE = [
  ...['node', 'nodename', 'node_name', 'host', 'hostname', 'exported_node', 'agentpool', 'nodepool', 'node_pool'],
  ...['nodegroup', 'node_group', 'instance_type', 'instance_id', 'arch', 'os', 'zone', 'availability_zone', 'rack'],
  ...['machine_type', 'kernel_version', 'provider_id', 'node_ip', 'internal_ip'],
]

const KNOWN = new Set([...OF_OBJECT, ...OF_RUN, ...OF_SCRAPE, ...OF_NODE, '__name__'])

/** The replica of a server, if two servers scrape the same targets. */
const OF_REPLICA = /replica|^(?:prometheus_)?shard$/i
/** A label that service discovery copied from a Kubernetes label with a prefix, such as `topology.kubernetes.io/zone`. */
const FROM_KUBERNETES = /_(?:io|com|sh|dev|org|net|cloud)_|^(?:beta|exported|kubernetes)_/
/** Common names for the label of a cluster. */
const OF_CLUSTER = /(?:^|[a-z0-9_])?cluster(?:_?(?:name|id|uid|arn))?$/i

/** Whether a label may identify a cluster, or a part of the store that belongs to another cluster. */
export function mayIdentify(label: string): boolean {
  if (KNOWN.has(label) || OF_REPLICA.test(label)) return false
  return OF_CLUSTER.test(label) || !FROM_KUBERNETES.test(label)
}

/** Whether a label's name looks like that of a cluster. */
export function isOfCluster(label: string): boolean {
  return OF_CLUSTER.test(label)
}

/** Labels to leave out of an aggregation so that only those remain that may identify a cluster, as far as they can be listed. */
export const NOT_IDENTIFYING: readonly string[] = [...KNOWN].filter((name) => name !== '__name__')

/** Names of those labels in these series that may identify a cluster; sorted. */
export function identifyingLabels(series: readonly Labels[], settled: ReadonlySet<string>): string[] {
  const names = new Set<string>()
  for (const labels of series) {
    for (const [name, value] of Object.entries(labels))
      if (value !== '' && !settled.has(name) && mayIdentify(name)) names.add(name)
  }
  return [...names].sort()
}

/** Values of a label in these series, sorted; '' means a series without it. */
export function valuesOf(series: readonly Labels[], label: string): string[] {
  return [...new Set(series.map((labels) => labels[label] ?? ''))].sort()
}

/** Names of those labels in which the series differ. */
export function differing(series: readonly Labels[], names: readonly string[]): string[] {
  return names.filter((name) => valuesOf(series, name).length > 1)
}
