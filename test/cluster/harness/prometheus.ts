import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { backfill } from '../../prometheus/real-prometheus.ts'
import type { Command } from './command.ts'
import { pinned } from './pinned.ts'
import { freePorts } from './ports.ts'
import type { Servers } from './servers.ts'
import type { Session } from './session.ts'

/** A running Prometheus that scrapes the cluster every five seconds. */
export interface Prometheus {
  /** Address for this machine. */
  readonly url: string
  /** Address for Pods. */
  readonly clusterUrl: string
  /** Adds a target (`host:port`, plain HTTP, /metrics) as job `name`, with these labels. */
  scrape(name: string, address: string, labels?: Readonly<Record<string, string>>): void
  /** Evaluates rules (the groups of a rule file) every five seconds. Replaces the rules of the same name. */
  evaluate(name: string, rules: object): Promise<void>
}

export interface PrometheusOptions {
  /** Samples of the past, as OpenMetrics. */
  readonly history?: Generator<string> | undefined
  /** Whether it runs on one core only. */
  readonly isPinned?: boolean
}

const NAMESPACE = 'monitoring'

/** Starts the machine's Prometheus, which scrapes kubelet, cAdvisor, API server, controllers and scheduler. */
export async function startPrometheus(
  { layout, processes }: Session,
  { url, authority, ports }: Servers,
  kubectl: Command,
  { history, isPinned = false }: PrometheusOptions = {},
): Promise<Prometheus> {
  const { directory, hostAddress, nodeAddress } = layout
  const { prometheus: port } = await freePorts(layout, 'prometheus')
  const client = await authority.issue('prometheus', { subject: '/CN=prometheus' })
  const home = join(directory, 'prometheus')
  const targets = join(home, 'targets')
  const rules = join(home, 'rules')
  for (const folder of [targets, rules]) mkdirSync(folder, { recursive: true })
  // Debian builds Prometheus without the discovery of Kubernetes, so targets are static.
  const job = (job_name: string, target: string, metrics_path: string) => ({
    job_name,
    metrics_path,
    scheme: 'https',
    tls_config: { ca_file: authority.certificate, cert_file: client.certificate, key_file: client.key },
    static_configs: [{ targets: [target] }],
  })
  const kubelet = `${nodeAddress}:10250`
  const config = join(home, 'prometheus.json')
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '5s', evaluation_interval: '5s' },
      rule_files: [join(rules, '*.json')],
      scrape_configs: [
        job('kubelet', kubelet, '/metrics'),
        job('cadvisor', kubelet, '/metrics/cadvisor'),
        job('resource', kubelet, '/metrics/resource'),
        job('apiserver', new URL(url).host, '/metrics'),
        job('controller-manager', `127.0.0.1:${ports.controllerManager}`, '/metrics'),
        job('scheduler', `127.0.0.1:${ports.scheduler}`, '/metrics'),
        // Requests and limits of Pods, as kube-state-metrics would have them.
        job('scheduler-resources', `127.0.0.1:${ports.scheduler}`, '/metrics/resources'),
        { job_name: 'tests', file_sd_configs: [{ files: [join(targets, '*.json')] }] },
      ],
    }),
  )
  const data = join(home, 'data')
  if (history) await backfill(history, data)
  await kubectl(['apply', '-f', '-'], { input: inCluster(hostAddress, port) })
  const args = [
    ...[`--config.file=${config}`, `--storage.tsdb.path=${data}`, '--storage.tsdb.retention.time=60d'],
    ...[`--web.listen-address=${hostAddress}:${port}`, '--web.enable-admin-api', '--web.enable-lifecycle'],
  ]
  processes.start('prometheus', ...(isPinned ? pinned('prometheus', args) : (['prometheus', args] as const)))
  const address = `http://${hostAddress}:${port}`
  await processes.ready('prometheus', async () => (await fetch(`${address}/-/ready`)).ok)
  return {
    url: address,
    clusterUrl: `http://prometheus.${NAMESPACE}.svc:9090`,
    scrape(name, target, labels = {}) {
      const file = join(targets, `${name}.json`)
      writeFileSync(`${file}.new`, JSON.stringify([{ targets: [target], labels: { job: name, ...labels } }]))
      renameSync(`${file}.new`, file)
    },
    async evaluate(name, groups) {
      // JSON is YAML.
      writeFileSync(join(rules, `${name}.json`), JSON.stringify(groups))
      const { ok, status } = await fetch(`${address}/-/reload`, { method: 'POST' })
      if (!ok) throw new Error(`Prometheus answered ${status} when it was to load the rules ${name}`)
    },
  }
}

/** The right to read metrics, and a Service by which Pods reach a Prometheus that runs outside. */
function inCluster(address: string, port: number): object {
  const name = 'prometheus'
  const rbac = 'rbac.authorization.k8s.io'
  const items = [
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name },
      rules: [
        { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
        { nonResourceURLs: ['/metrics', '/metrics/resources'], verbs: ['get'] },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      subjects: [{ apiGroup: rbac, kind: 'User', name }],
    },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: NAMESPACE },
      spec: { ports: [{ name: 'http', port: 9090 }] },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port, protocol: 'TCP' }],
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
    },
  ]
  return { apiVersion: 'v1', kind: 'List', items }
}
