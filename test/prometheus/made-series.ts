/** Writes OpenMetrics text for made-up containers: a test describes them, and this writes the series. */
export type SeriesLabels = Readonly<Record<string, string>>

export interface MadePod {
  readonly namespace: string
  readonly pod: string
  readonly containers: readonly MadeContainer[]
  /** Kind and name of the controller; empty texts where kube-state-metrics 2 says that there is none. */
  readonly owner?: readonly [kind: string, name: string]
  /** Labels that all series of the Pod have as well. */
  readonly extra?: SeriesLabels
  readonly node?: string
  readonly uid?: string
  /** Seconds before the end at which the Pod came and went. */
  readonly agoSeconds?: readonly [from: number, to: number]
}

type Amount = number | ((seconds: number) => number)

export interface MadeContainer {
  readonly name: string
  /** Cores and bytes in use; where they change, at a time in Unix seconds. */
  readonly cores?: Amount
  readonly bytes?: Amount
  readonly requests?: { readonly cpu: number; readonly memory: number }
  /** Whether kube-state-metrics reports it among the init containers, and with which restart policy. */
  readonly init?: { readonly restartPolicy?: string }
  /** Seconds before the end at which it was used last; until the Pod went if missing. */
  readonly untilAgoSeconds?: number
  readonly oomKills?: number
}

export interface MadeStore {
  readonly endSeconds: number
  readonly days: number
  readonly scrapeSeconds?: number
  /** Seconds between two scrapes of kube-state-metrics. */
  readonly stateSeconds?: number
  readonly pods: readonly MadePod[]
  /** Series of kube-state-metrics besides those of Pods. */
  readonly state?: readonly (readonly [name: string, labels: SeriesLabels])[]
  /** Spells the labels of what kube-state-metrics says; by default as it does. */
  readonly spell?: (labels: SeriesLabels) => SeriesLabels
}

type Line = readonly [
  name: string,
  labels: SeriesLabels,
  from: number,
  to: number,
  every: number,
  at: (s: number) => number,
]

export function* madeSeries(store: MadeStore): Generator<string> {
  const {
    endSeconds,
    days,
    scrapeSeconds = 60,
    stateSeconds = 240,
    pods,
    state = [],
    spell = (labels) => labels,
  } = store
  const start = endSeconds - days * 86_400
  const one = () => 1
  const lines: Line[] = state.map(([name, labels]) => [name, spell(labels), start, endSeconds, stateSeconds, one])
  for (const { namespace, pod, containers, owner, extra = {}, node = 'n1', uid, agoSeconds } of pods) {
    const [from, to] = agoSeconds ? agoSeconds.map((ago) => endSeconds - ago) : [start, endSeconds]
    const says = (name: string, labels: SeriesLabels, value = 1) =>
      lines.push([name, spell({ namespace, pod, ...labels, ...extra }), from!, to!, stateSeconds, () => value])
    const ids = uid === undefined ? {} : { uid }
    if (owner) {
      const [owner_kind, owner_name] = owner
      says('kube_pod_owner', { owner_kind, owner_name, owner_is_controller: owner_kind && 'true', ...ids })
      says('kube_pod_info', { node, ...ids })
      says('kube_pod_status_phase', { phase: 'Running' })
    }
    for (const { name, cores = 0.2, bytes = 2 ** 28, requests, init, untilAgoSeconds, oomKills } of containers) {
      const cgroup = uid === undefined ? pod : `pod${uid}`
      const labels = { namespace, pod, container: name, id: `/kubepods/${cgroup}/${name}`, instance: node, ...extra }
      const until = untilAgoSeconds === undefined ? to! : endSeconds - untilAgoSeconds
      const used = (metric: string, at: Line[5]) => lines.push([metric, labels, from!, until, scrapeSeconds, at])
      used('container_cpu_usage_seconds_total', cpuSeconds(cores, from!, scrapeSeconds))
      const bytesAt = typeof bytes === 'number' ? (s: number) => bytes * (1 + ((s / scrapeSeconds) % 7) / 500) : bytes
      used('container_memory_working_set_bytes', (s) => Math.round(bytesAt(s)))
      if (oomKills !== undefined) used('container_oom_events_total', (s) => (s > (from! + until) / 2 ? oomKills : 0))
      if (!owner) continue
      const metric = `kube_pod_${init ? 'init_' : ''}container`
      says(`${metric}_info`, { container: name, ...(init?.restartPolicy && { restart_policy: init.restartPolicy }) })
      for (const [resource, value] of Object.entries(requests ?? {}))
        says(`${metric}_resource_requests`, { container: name, resource }, value)
    }
  }
  for (const [name, its] of Map.groupBy(lines, ([name]) => name)) {
    const isCounter = name.endsWith('_total')
    yield `# TYPE ${isCounter ? name.slice(0, -'_total'.length) : name} ${isCounter ? 'counter' : 'gauge'}\n`
    for (const [, labels, from, to, every, at] of its) {
      const spelled = Object.entries(labels).flatMap(([key, value]) => (value === '' ? [] : [`${key}="${value}"`]))
      let text = ''
      for (let s = from; s <= to; s += every) text += `${name}{${spelled.join(',')}} ${at(s)} ${s}\n`
      yield text
    }
  }
  yield '# EOF\n'
}

/** The counter of CPU time; it is read in order, one scrape after another. */
function cpuSeconds(cores: Amount, from: number, every: number): (seconds: number) => number {
  if (typeof cores === 'number') return (s) => cores * (s - from)
  let total = 0
  return (s) => {
    if (s > from) total += cores(s) * every
    return Number(total.toFixed(6))
  }
}

/** Labels as they arrive where kube-state-metrics is scraped without `honor_labels`. */
export function withoutHonorLabels(labels: SeriesLabels): SeriesLabels {
  const target: SeriesLabels = { namespace: 'monitoring', pod: 'ksm-58c4d7f9b6-x2x4z', container: 'ksm', node: 'n9' }
  const renamed = Object.entries(labels).map(([name, value]) => [name in target ? `exported_${name}` : name, value])
  return { ...target, ...Object.fromEntries(renamed) }
}
