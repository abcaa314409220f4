// Usage as JSON, in the forms of APIs and programs.
import { zstdCompressSync } from 'node:zlib'
import type { Export, Row } from './exports.ts'

const iso = (seconds: number) => new Date(seconds * 1000).toISOString()
const seriesOf = (rows: readonly Row[]) => [...Map.groupBy(rows, ({ pod }) => pod).values()]
const labelsOf = ({ namespace, pod, container }: Row) => ({ namespace, pod, container })
const MEMORY = 'container_memory_working_set_bytes'
const CPU_RULE = 'node_namespace_pod_container:container_cpu_usage_seconds_total:sum_irate'

/** The series of CPU and those of memory, as Prometheus answers a query of a range. */
function matrix(rows: readonly Row[], names: { readonly cpu?: string; readonly memory?: string }) {
  const series = seriesOf(rows).flatMap((its) =>
    (['cpu', 'memory'] as const).flatMap((resource) => {
      const name = names[resource]
      if (name === undefined) return []
      const values = its.map(({ seconds, cores, bytes }) => [seconds, String(resource === 'cpu' ? cores : bytes)])
      return [{ metric: { ...(name && { __name__: name }), ...labelsOf(its[0]!) }, values }]
    }),
  )
  return { status: 'success', data: { resultType: 'matrix', result: series } }
}

function records(rows: readonly Row[]) {
  return rows.map(({ seconds, cores, bytes, ...who }) => ({
    ...who,
    time: iso(seconds),
    cpu_cores: cores,
    memory_bytes: bytes,
  }))
}

const lines = (values: readonly unknown[]) => `${values.map((value) => JSON.stringify(value)).join('\n')}\n`

/** Fields of a data frame of Grafana: the times, and a series for each Pod and resource. */
function frame(rows: readonly Row[]) {
  const times = [...new Set(rows.map(({ seconds }) => seconds * 1000))]
  const series = seriesOf(rows).flatMap((its) =>
    [
      { name: CPU_RULE, values: its.map(({ cores }) => cores) },
      { name: MEMORY, values: its.map(({ bytes }) => bytes) },
    ].map(({ name, values }) => ({ name, type: 'number', labels: labelsOf(its[0]!), values })),
  )
  return [{ name: 'Time', type: 'time', values: times }, ...series]
}

export const JSON_EXPORTS: readonly Export[] = [
  {
    name: 'an answer of the API of Prometheus to a query of a range',
    write: (rows) => JSON.stringify(matrix(rows, { cpu: CPU_RULE, memory: MEMORY })),
    isSplit: true,
    says: /guessed from the names/,
  },
  {
    name: 'two answers of the API of Prometheus, one behind the other',
    write: (rows) => JSON.stringify(matrix(rows, { cpu: CPU_RULE })) + JSON.stringify(matrix(rows, { memory: MEMORY })),
    isSplit: true,
  },
  {
    name: 'answers of the API of Prometheus, one for each time',
    write: (rows) =>
      lines(
        [...Map.groupBy(rows, ({ seconds }) => seconds).values()].flatMap((its) => {
          const result = its.flatMap((row) => [
            { metric: { __name__: CPU_RULE, ...labelsOf(row) }, value: [row.seconds, String(row.cores)] },
            { metric: { __name__: MEMORY, ...labelsOf(row) }, value: [row.seconds, String(row.bytes)] },
          ])
          return [{ status: 'success', data: { resultType: 'vector', result } }]
        }),
      ),
    isSplit: true,
  },
  {
    name: 'the export of VictoriaMetrics',
    write: (rows) =>
      lines(
        matrix(rows, { cpu: CPU_RULE, memory: MEMORY }).data.result.map(({ metric, values }) => ({
          metric,
          values: values.map(([, value]) => Number(value)),
          timestamps: values.map(([seconds]) => Number(seconds) * 1000),
        })),
      ),
    isSplit: true,
  },
  {
    name: 'records in a list, as pandas and BigQuery write them',
    write: (rows) => JSON.stringify(records(rows), null, 2),
  },
  { name: 'a record on each line, as BigQuery exports them', write: (rows) => lines(records(rows)) },
  {
    name: 'a record on each line, without the fields that are null',
    write: (rows) =>
      lines(
        records(rows).flatMap(({ cpu_cores, memory_bytes, ...who }) => [
          { ...who, cpu_cores },
          { ...who, memory_bytes },
        ]),
      ),
    isSplit: true,
  },
  {
    name: 'the columns of pandas',
    write: (rows) => {
      const [first, ...rest] = records(rows)
      const all = [first!, ...rest]
      const column = (name: keyof typeof first) => Object.fromEntries(all.map((record, i) => [i, record[name]]))
      return JSON.stringify(Object.fromEntries(Object.keys(first!).map((name) => [name, column(name as never)])))
    },
  },
  {
    name: 'the split form of pandas',
    write: (rows) => {
      const columns = ['namespace', 'kind', 'workload', 'container', 'pod', 'ts', 'cpu_millicores', 'memory_mib']
      const data = rows.map((row) => [
        ...[row.namespace, row.kind, row.workload, row.container, row.pod, row.seconds * 1000],
        ...[Math.round(row.cores * 1000), row.bytes / 2 ** 20],
      ])
      return JSON.stringify({ columns, index: data.map((_, i) => i), data })
    },
  },
  {
    name: 'the table form of pandas, compressed by zstd',
    write: (rows) =>
      zstdCompressSync(
        JSON.stringify({ schema: { fields: [{ name: 'index' }], pandas_version: '1.4.0' }, data: records(rows) }),
      ),
  },
  {
    name: 'the answer of InfluxDB 1',
    write: (rows) =>
      JSON.stringify({
        results: [
          {
            statement_id: 0,
            series: seriesOf(rows).map((its) => ({
              name: 'kubernetes_pod_container',
              tags: { namespace: its[0]!.namespace, pod_name: its[0]!.pod, container_name: its[0]!.container },
              columns: ['time', 'cpu_usage_nanocores', 'memory_working_set_bytes'],
              values: its.map(({ seconds, cores, bytes }) => [iso(seconds), Math.round(cores * 1e9), bytes]),
            })),
          },
        ],
      }),
  },
  {
    name: "the data of Grafana's panel inspector",
    write: (rows) => JSON.stringify({ state: 'Done', series: [{ refId: 'A', fields: frame(rows), length: 1 }] }),
    isSplit: true,
  },
  {
    name: "an answer of Grafana's API",
    write: (rows) => {
      const fields = frame(rows).map(({ values: _, ...head }) => head)
      const data = { values: frame(rows).map(({ values }) => values) }
      return JSON.stringify({ results: { A: { status: 200, frames: [{ schema: { refId: 'A', fields }, data }] } } })
    },
    isSplit: true,
  },
  {
    name: 'an answer of Datadog',
    write: (rows) =>
      JSON.stringify({
        status: 'ok',
        series: matrix(rows, {
          cpu: 'kubernetes.cpu.usage.total',
          memory: 'kubernetes.memory.working_set',
        }).data.result.map(({ metric, values }) => ({
          metric: metric.__name__,
          tag_set: [
            `kube_namespace:${metric.namespace}`,
            `pod_name:${metric.pod}`,
            `kube_container_name:${metric.container}`,
          ],
          pointlist: values.map(([seconds, value]) => [
            Number(seconds) * 1000,
            metric.__name__ === 'kubernetes.cpu.usage.total' ? Math.round(Number(value) * 1e9) : Number(value),
          ]),
        })),
      }),
    isSplit: true,
  },
  {
    name: 'an answer of Cloud Monitoring',
    write: (rows) =>
      JSON.stringify({
        timeSeries: matrix(rows, {
          cpu: 'kubernetes.io/container/cpu/core_usage_time',
          memory: 'kubernetes.io/container/memory/used_bytes',
        }).data.result.map(({ metric, values }) => ({
          metric: { type: metric.__name__ },
          resource: {
            type: 'k8s_container',
            labels: {
              namespace_name: metric.namespace,
              pod_name: metric.pod,
              container_name: metric.container,
              cluster_name: 'prod',
            },
          },
          points: values.map(([seconds, value]) => ({
            interval: { startTime: iso(Number(seconds)), endTime: iso(Number(seconds)) },
            value: { doubleValue: Number(value) },
          })),
        })),
      }),
    isSplit: true,
  },
  {
    name: 'lists of the metrics API, one for each time',
    write: (rows) =>
      lines(
        [...Map.groupBy(rows, ({ seconds }) => seconds)].map(([seconds, its]) => ({
          kind: 'PodMetricsList',
          apiVersion: 'metrics.k8s.io/v1beta1',
          metadata: {},
          items: its.map(({ namespace, pod, container, cores, bytes }) => ({
            metadata: { name: pod, namespace },
            timestamp: iso(seconds),
            window: '15s',
            containers: [
              { name: container, usage: { cpu: `${Math.round(cores * 1e9)}n`, memory: `${bytes / 1024}Ki` } },
            ],
          })),
        })),
      ),
    says: /guessed from the names/,
  },
  {
    name: 'hits of Elasticsearch',
    write: (rows) =>
      JSON.stringify({
        hits: {
          total: { value: rows.length },
          hits: rows.map(({ namespace, pod, container, seconds, cores, bytes }) => ({
            _index: 'metricbeat',
            _source: {
              '@timestamp': iso(seconds),
              kubernetes: {
                namespace,
                pod: { name: pod },
                container: {
                  name: container,
                  cpu: { usage: { nanocores: Math.round(cores * 1e9) } },
                  memory: { workingset: { bytes } },
                },
              },
            },
          })),
        },
      }),
  },
]
