/**
 * A fortnight and a day of a small cluster as OpenMetrics text, up to a moment: usage as cAdvisor tells it, and what
 * kube-state-metrics says of requests, phases, nodes, restarts and ends.
 *
 * - shop/web: two Pods on two nodes, one of them a spot node; asked for twice as much a week ago. An HPA keeps at least two; for the
 *   first five days it had four.
 * - shop/api: OOM-killed three times, throttled in a third of its periods, its memory at its limit.
 * - data/db: asks for nothing, and keeps failing.
 * - data/backup: a CronJob, an hour a day.
 * - lost/forgotten and lost/called: hardly use CPU; only the second one receives more than probes.
 * - shop/old: gone for ten days.
 */
const SCRAPE_SECONDS = 120
export const DAY = 86_400
export const MIB = 2 ** 20
const DAYS = 15
/** What hardly changes is told less often. */
const STATE_SECONDS = 240

type Labels = Readonly<Record<string, string>>
type Line = readonly [name: string, labels: Labels, valueAt: (secondsSinceStart: number) => number, span: Span]
type Span = readonly [from: number, to: number]

interface PodShape {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly owner: readonly [kind: string, name: string]
  readonly cores: number
  readonly bytes: number
  readonly span: Span
  readonly node: string
  readonly requests?: { readonly cpu: number; readonly memory: number; readonly cpuBefore?: number }
  readonly limits?: Readonly<Partial<Record<'cpu' | 'memory', number>>>
  readonly receivedBytesPerSecond?: number
}

const WHOLE: Span = [0, DAYS * DAY]
const backups = Array.from({ length: DAYS }, (_, day): PodShape => {
  const run = 29_000_000 + day * 1440
  return {
    ...{ namespace: 'data', pod: `backup-${run}-kq2vd`, container: 'backup', owner: ['Job', `backup-${run}`] },
    ...{ cores: 0.5, bytes: 300 * MIB, span: [day * DAY + 3600, day * DAY + 7200], node: 'node-a' },
    requests: { cpu: 1, memory: 1024 * MIB },
  }
})

const web = { namespace: 'shop', container: 'web', owner: ['ReplicaSet', 'web-7c5ddbdf54'] } as const

const PODS: readonly PodShape[] = [
  ...(['2x8vq', '9mlx4'] as const).map(
    (suffix, i): PodShape => ({
      ...web,
      ...{
        pod: `web-7c5ddbdf54-${suffix}`,
        cores: 0.2,
        bytes: 200 * MIB,
        span: WHOLE,
        node: i === 0 ? 'node-a' : 'spot-b',
      },
      requests: { cpu: 1, memory: 512 * MIB, cpuBefore: 2 },
      limits: { memory: 512 * MIB },
    }),
  ),
  {
    ...{ namespace: 'shop', pod: 'api-66b6c48dd5-zzzzz', container: 'api', owner: ['ReplicaSet', 'api-66b6c48dd5'] },
    ...{ cores: 0.5, bytes: 250 * MIB, span: WHOLE, node: 'node-a' },
    requests: { cpu: 0.25, memory: 256 * MIB },
    limits: { cpu: 0.5, memory: 256 * MIB },
  },
  {
    ...{ namespace: 'data', pod: 'db-0', container: 'postgres', owner: ['StatefulSet', 'db'] },
    ...{ cores: 0.1, bytes: 600 * MIB, span: WHOLE, node: 'node-a' },
  },
  ...(['forgotten', 'called'] as const).map(
    (name, i): PodShape => ({
      ...{ namespace: 'lost', pod: `${name}-0`, container: name, owner: ['StatefulSet', name] },
      ...{ cores: 0.002, bytes: 100 * MIB, span: WHOLE, node: 'node-a' },
      ...{ requests: { cpu: 0.01, memory: 100 * MIB }, receivedBytesPerSecond: i === 0 ? 100 : 5000 },
    }),
  ),
  ...backups,
  {
    ...{ namespace: 'shop', pod: 'old-66b6c48dd5-bbbbb', container: 'old', owner: ['ReplicaSet', 'old-66b6c48dd5'] },
    ...{ cores: 1, bytes: 100 * MIB, span: [0, 5 * DAY], node: 'node-a' },
    requests: { cpu: 4, memory: 4096 * MIB },
  },
]

export interface StoreOptions {
  /** Without it, only what kubelets serve. */
  readonly kubeStateMetrics: boolean
}

/** Time of the newest points: a little after now, because the clock advances while tests run and points older than five minutes are stale. */
export function endSeconds(): number {
  return (Math.floor(Date.now() / 1000 / SCRAPE_SECONDS) + 10) * SCRAPE_SECONDS
}

/** @param endSeconds Unix time of the newest points */
export function* shopStore(endSeconds: number, { kubeStateMetrics }: StoreOptions): Generator<string> {
  const lines = kubeStateMetrics ? [...kubelets(), ...kubeState()] : kubelets()
  const families = Map.groupBy(lines, ([name]) => name)
  const start = endSeconds - DAYS * DAY
  for (const [name, series] of families) {
    const isCounter = name.endsWith('_total')
    yield `# TYPE ${isCounter ? name.slice(0, -'_total'.length) : name} ${isCounter ? 'counter' : 'gauge'}\n`
    for (const [, labels, valueAt, [from, to]] of series) {
      const spelled = Object.entries(labels).map(([key, value]) => `${key}="${value}"`)
      let text = ''
      const every = name.startsWith('kube_') ? STATE_SECONDS : SCRAPE_SECONDS
      for (let at = to; at >= from; at -= every)
        text = `${name}{${spelled.join(',')}} ${valueAt(at)} ${start + at}\n${text}`
      yield text
    }
  }
  yield '# EOF\n'
}

function kubelets(): Line[] {
  const of = ({ namespace, pod, container }: PodShape) => ({ namespace, pod, container, job: 'kubelet' })
  const api = PODS.find(({ container }) => container === 'api')!
  return [
    ...PODS.map(
      (one): Line => ['container_cpu_usage_seconds_total', of(one), (at) => one.cores * (at - one.span[0]), one.span],
    ),
    // Never quite the same, as nothing is.
    ...PODS.map(
      (one): Line => [
        'container_memory_working_set_bytes',
        of(one),
        (at) => Math.round(one.bytes * (1 + ((at / SCRAPE_SECONDS) % 7) / 500)),
        one.span,
      ],
    ),
    ...PODS.filter(({ receivedBytesPerSecond }) => receivedBytesPerSecond !== undefined).map(
      ({ namespace, pod, receivedBytesPerSecond, span }): Line => [
        'container_network_receive_bytes_total',
        { namespace, pod, interface: 'eth0', job: 'kubelet' },
        (at) => receivedBytesPerSecond! * (at - span[0]),
        span,
      ],
    ),
    ['container_oom_events_total', of(api), (at) => Math.min(3, Math.floor(at / (4 * DAY))), api.span],
    ['container_cpu_cfs_periods_total', of(api), (at) => 10 * at, api.span],
    ['container_cpu_cfs_throttled_periods_total', of(api), (at) => (10 * at) / 3, api.span],
  ]
}

function kubeState(): Line[] {
  const of = ({ namespace, pod, container }: PodShape) => ({ namespace, pod, container })
  const one = () => 1
  const asked = PODS.flatMap((pod): Line[] => {
    const { requests, limits = {}, span } = pod
    const line = (which: string, resource: string, unit: string, valueAt: Line[2]): Line => [
      `kube_pod_container_resource_${which}`,
      { ...of(pod), resource, unit, node: pod.node },
      valueAt,
      span,
    ]
    return [
      ...(requests
        ? [
            line('requests', 'cpu', 'core', (at) =>
              at < 11 * DAY ? (requests.cpuBefore ?? requests.cpu) : requests.cpu,
            ),
            line('requests', 'memory', 'byte', () => requests.memory),
            line('requests', 'ephemeral_storage', 'byte', () => 10 ** 9),
          ]
        : []),
      ...(limits.cpu === undefined ? [] : [line('limits', 'cpu', 'core', () => limits.cpu!)]),
      ...(limits.memory === undefined ? [] : [line('limits', 'memory', 'byte', () => limits.memory!)]),
    ]
  })
  const owned = (kind: string, name: string) => ({ owner_kind: kind, owner_name: name, owner_is_controller: 'true' })
  const podOwners = PODS.map(
    ({ namespace, pod, owner: [kind, name], span }): Line => [
      'kube_pod_owner',
      { namespace, pod, ...owned(kind, name) },
      one,
      span,
    ],
  )
  const above = PODS.flatMap(({ namespace, owner: [kind, name], span }): Line[] => {
    if (kind === 'ReplicaSet')
      return [
        [
          'kube_replicaset_owner',
          { namespace, replicaset: name, ...owned('Deployment', name.split('-')[0]!) },
          one,
          span,
        ],
      ]
    return kind === 'Job'
      ? [['kube_job_owner', { namespace, job_name: name, ...owned('CronJob', 'backup') }, one, span]]
      : []
  })
  const phases = PODS.flatMap(({ namespace, pod, span }): Line[] =>
    ['Running', 'Succeeded'].map((phase) => [
      'kube_pod_status_phase',
      { namespace, pod, phase },
      () => (phase === 'Running' ? 1 : 0),
      span,
    ]),
  )
  const containers = PODS.map((pod): Line => ['kube_pod_container_info', of(pod), one, pod.span])
  const infos = PODS.map(
    ({ namespace, pod, node, span }): Line => ['kube_pod_info', { namespace, pod, node }, one, span],
  )
  const nodes = ['node-a', 'spot-b'].map(
    (node): Line => [
      'kube_node_labels',
      { node, label_example_com_pool: node.startsWith('spot') ? 'spot' : 'usual' },
      one,
      WHOLE,
    ],
  )
  const hpa = { namespace: 'shop', horizontalpodautoscaler: 'web' }
  const replicas = (what: string, valueAt: Line[2]): Line => [
    `kube_horizontalpodautoscaler_${what}_replicas`,
    hpa,
    valueAt,
    WHOLE,
  ]
  const target = {
    scaletargetref_api_version: 'apps/v1',
    scaletargetref_kind: 'Deployment',
    scaletargetref_name: 'web',
  }
  const hpas: Line[] = [
    ['kube_horizontalpodautoscaler_info', { ...hpa, ...target }, one, WHOLE],
    replicas('spec_min', () => 2),
    replicas('spec_max', () => 10),
    replicas('status_current', (at) => (at < 5 * DAY ? 4 : 2)),
  ]
  const [api, db] = ['api', 'postgres'].map((name) => PODS.find(({ container }) => container === name)!) as [
    PodShape,
    PodShape,
  ]
  const series = [
    ...asked,
    ...podOwners,
    ...above,
    ...phases,
    ...containers,
    ...infos,
    ...nodes,
    ...hpas,
    [
      'kube_pod_container_status_last_terminated_reason',
      { ...of(api), reason: 'OOMKilled' },
      one,
      [12 * DAY, 15 * DAY],
    ],
    [
      'kube_pod_container_status_restarts_total',
      of(api),
      (at: number) => Math.min(3, Math.floor(at / (4 * DAY))),
      WHOLE,
    ],
    ['kube_pod_container_status_restarts_total', of(db), (at: number) => Math.floor(at / DAY), WHOLE],
    ['kube_pod_container_status_waiting_reason', { ...of(db), reason: 'CrashLoopBackOff' }, one, [14 * DAY, 15 * DAY]],
  ] as Line[]
  // The same owner of several Pods is told once.
  return [...new Map(series.map((line) => [`${line[0]}${JSON.stringify(line[1])}`, line])).values()]
}
