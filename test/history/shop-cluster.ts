/**
 * Six hours of a small cluster as OpenMetrics text: what the kubelet serves under both of its paths, and what
 * kube-state-metrics says of owners. With what makes real histories awkward: every container twice, sums among the
 * series, a counter that falls, a container that was restarted, and one that went away and left a zero.
 */
export const FROM_SECONDS = 1_700_006_400
export const TO_SECONDS = FROM_SECONDS + 6 * 3600
export const SCRAPE_SECONDS = 30
export const MIB = 2 ** 20

type Labels = Readonly<Record<string, string>>
type Point = readonly [seconds: number, value: number]

interface Run {
  /** Id of the container, as in cAdvisor: a new one for each run. */
  readonly id: string
  readonly fromSeconds: number
  readonly toSeconds: number
}

interface Container {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly cores: number
  readonly bytes: number
  readonly runs: readonly Run[]
  /** The last sample of its memory is 0. */
  readonly leavesZero?: boolean
}

const whole = (id: string): Run[] => [{ id, fromSeconds: FROM_SECONDS, toSeconds: TO_SECONDS }]

/** The run that ended sorts after the next one, as ids do half of the time. */
export const RESTART_SECONDS = FROM_SECONDS + 3 * 3600
const RESTARTED: Run[] = [
  { id: 'f00d', fromSeconds: FROM_SECONDS, toSeconds: RESTART_SECONDS },
  { id: 'beef', fromSeconds: RESTART_SECONDS, toSeconds: TO_SECONDS },
]

export const BACKUP_FROM_SECONDS = FROM_SECONDS + 3600
export const BACKUP_TO_SECONDS = BACKUP_FROM_SECONDS + 1200

export const CONTAINERS: readonly Container[] = [
  {
    namespace: 'shop',
    pod: 'web-7c5ddbdf54-2x8vq',
    container: 'web',
    cores: 0.25,
    bytes: 100 * MIB,
    runs: whole('a1'),
  },
  {
    namespace: 'shop',
    pod: 'web-7c5ddbdf54-9mlx4',
    container: 'web',
    cores: 0.75,
    bytes: 200 * MIB,
    runs: whole('a2'),
  },
  {
    namespace: 'shop',
    pod: 'web-7c5ddbdf54-9mlx4',
    container: 'proxy',
    cores: 0.01,
    bytes: 20 * MIB,
    runs: whole('a3'),
  },
  { namespace: 'shop', pod: 'api-66b6c48dd5-zzzzz', container: 'api', cores: 0.5, bytes: 300 * MIB, runs: whole('a4') },
  { namespace: 'shop', pod: 'debug-x2x4z', container: 'shell', cores: 0.02, bytes: 5 * MIB, runs: whole('a5') },
  { namespace: 'data', pod: 'db-0', container: 'postgres', cores: 1.5, bytes: 900 * MIB, runs: RESTARTED },
  { namespace: 'data', pod: 'agent-x7k2p', container: 'agent', cores: 0.05, bytes: 40 * MIB, runs: whole('a7') },
  {
    namespace: 'data',
    pod: 'backup-28393920-kq2vd',
    container: 'backup',
    cores: 0.9,
    bytes: 600 * MIB,
    runs: [{ id: 'a8', fromSeconds: BACKUP_FROM_SECONDS, toSeconds: BACKUP_TO_SECONDS }],
    leavesZero: true,
  },
]

const OWNERS: readonly [metric: string, Labels][] = [
  ...['web-7c5ddbdf54-2x8vq', 'web-7c5ddbdf54-9mlx4'].map(
    (pod) => ['kube_pod_owner', owned('shop', 'ReplicaSet', 'web-7c5ddbdf54', { pod })] as [string, Labels],
  ),
  ['kube_pod_owner', owned('shop', 'ReplicaSet', 'api-66b6c48dd5', { pod: 'api-66b6c48dd5-zzzzz' })],
  ['kube_pod_owner', owned('shop', '<none>', '<none>', { pod: 'debug-x2x4z' })],
  ['kube_pod_owner', owned('data', 'StatefulSet', 'db', { pod: 'db-0' })],
  ['kube_pod_owner', owned('data', 'DaemonSet', 'agent', { pod: 'agent-x7k2p' })],
  ['kube_pod_owner', owned('data', 'Job', 'backup-28393920', { pod: 'backup-28393920-kq2vd' })],
  ['kube_replicaset_owner', owned('shop', 'Deployment', 'web', { replicaset: 'web-7c5ddbdf54' })],
  ['kube_replicaset_owner', owned('shop', 'Rollout', 'api', { replicaset: 'api-66b6c48dd5' })],
  ['kube_job_owner', owned('data', 'CronJob', 'nightly-backup', { job_name: 'backup-28393920' })],
]

function owned(namespace: string, owner_kind: string, owner_name: string, labels: Labels): Labels {
  const owner_is_controller = owner_kind === '<none>' ? '<none>' : 'true'
  return { namespace, ...labels, owner_kind, owner_name, owner_is_controller, job: 'kube-state-metrics' }
}

/**
 * @param owners whether kube-state-metrics is there
 * @param mixed by time, as a server writes; else series by series, as an export is
 */
export function shopMetrics({ owners, mixed = false }: { owners: boolean; mixed?: boolean }): string {
  const cpu: Series[] = []
  const memory: Series[] = []
  for (const one of CONTAINERS) {
    const { namespace, pod, container } = one
    const cadvisor = { job: 'kubelet', metrics_path: '/metrics/cadvisor', namespace, pod }
    const resource = { job: 'kubelet', metrics_path: '/metrics/resource', namespace, pod, container }
    const first = one.runs[0]!.fromSeconds
    const last = one.runs.at(-1)!.toSeconds
    for (const { id, fromSeconds, toSeconds } of one.runs) {
      const run = { ...cadvisor, container, id: `/kubepods/${id}`, name: id }
      cpu.push([run, points(fromSeconds, toSeconds, (s) => 0.1 + one.cores * (s - fromSeconds))])
      memory.push([run, points(fromSeconds, toSeconds, () => one.bytes)])
    }
    // One series through all runs, seven seconds later, which falls at a restart.
    const runAt = (s: number) => one.runs.findLast((run) => s >= run.fromSeconds)!
    cpu.push([resource, points(first + 7, last, (s) => one.cores * (s - runAt(s).fromSeconds))])
    memory.push([resource, points(first + 7, last, () => one.bytes - 4096)])
    if (one.leavesZero) memory.at(-1)![1].push([last + 7, 0])
    // The whole Pod, and its sandbox: cAdvisor has both under the same names.
    if (CONTAINERS.find((other) => other.pod === pod) !== one) continue
    cpu.push([{ ...cadvisor, id: `/kubepods/${pod}` }, points(first, last, (s) => 10 * one.cores * (s - first))])
    memory.push([{ ...cadvisor, id: `/kubepods/${pod}` }, points(first, last, () => 10 * one.bytes)])
    memory.push([{ ...cadvisor, container: 'POD', id: `/kubepods/${pod}/0` }, points(first, last, () => MIB)])
  }
  const text: string[] = []
  const family = (name: string, type: string, sampleName: string, series: readonly Series[]) => {
    text.push(`# HELP ${name} As the kubelet says.`, `# TYPE ${name} ${type}`)
    const lines = series.flatMap(([labels, its]) =>
      its.map((point) => [point[0], line(sampleName, labels, point)] as const),
    )
    if (mixed) lines.sort(([a], [b]) => a - b)
    for (const [, written] of lines) text.push(written)
  }
  family('container_cpu_usage_seconds', 'counter', 'container_cpu_usage_seconds_total', sorted(cpu))
  family('container_memory_working_set_bytes', 'gauge', 'container_memory_working_set_bytes', sorted(memory))
  if (owners) {
    for (const metric of ['kube_pod_owner', 'kube_replicaset_owner', 'kube_job_owner']) {
      const series = OWNERS.filter(([name]) => name === metric).map(([, labels]): Series => {
        // Reported as long as the object exists.
        const isBackup = (labels.pod ?? labels.job_name)?.startsWith('backup')
        const [from, to] = isBackup ? [BACKUP_FROM_SECONDS, BACKUP_TO_SECONDS] : [FROM_SECONDS, TO_SECONDS]
        return [labels, points(from, to, () => 1)]
      })
      family(metric, 'gauge', metric, series)
    }
  }
  return `${text.join('\n')}\n# EOF\n`
}

type Series = readonly [Labels, Point[]]

function points(from: number, to: number, value: (seconds: number) => number): Point[] {
  const all: Point[] = []
  for (let seconds = from; seconds < to; seconds += SCRAPE_SECONDS) all.push([seconds, value(seconds)])
  return all
}

function sorted(series: readonly Series[]): Series[] {
  const spelled = series.map((one) => [spellLabels(one[0]), one] as const)
  return spelled.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

function line(name: string, labels: Labels, [seconds, value]: Point): string {
  return `${name}${spellLabels(labels)} ${value} ${seconds}`
}

function spellLabels(labels: Labels): string {
  const spelled = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
  return `{${spelled.sort().join(',')}}`
}
