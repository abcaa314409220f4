// The same usage in the forms in which people export it: for the tests of the reader, and for the fuzzer.
import { gzipSync } from 'node:zlib'
import type { FileHistoryOptions } from '../../../src/history/index.ts'

/** One row of usage. */
export interface Row {
  readonly namespace: string
  readonly kind: string
  readonly workload: string
  readonly container: string
  readonly pod: string
  readonly seconds: number
  readonly cores: number
  readonly bytes: number
}

export const FROM_SECONDS = 1_795_219_200
export const STEP_SECONDS = 300

/** Usage of two Pods of a Deployment and of a StatefulSet, in order of time. CPU in whole millicores, memory in whole mebibytes. */
export function usageOf(steps: number): readonly Row[] {
  return Array.from({ length: steps }, (_, i) => {
    const row = (kind: string, workload: string, pod: string, scale: number): Row => ({
      ...{ namespace: 'shop', kind, workload, container: 'app', pod, seconds: FROM_SECONDS + i * STEP_SECONDS },
      cores: (scale * (100 + (i % 7))) / 1000,
      bytes: scale * (200 + (i % 5)) * 2 ** 20,
    })
    return [
      row('Deployment', 'web', 'web-7c5ddbdf54-2x8vq', 1),
      row('Deployment', 'web', 'web-7c5ddbdf54-9mlx4', 3),
      row('StatefulSet', 'db', 'db-0', 2),
    ]
  }).flat()
}

/** One form of export. */
export interface Export {
  readonly name: string
  readonly write: (rows: readonly Row[]) => string | Buffer
  /** Options without which it could be read in two ways. */
  readonly options?: FileHistoryOptions
  /** What is said of it, at least. */
  readonly says?: RegExp
  /** Whether CPU and memory are in separate rows. */
  readonly isSplit?: boolean
  /** Whether rows of other clusters are left out. */
  readonly isPart?: boolean
}

const COLUMNS = ['namespace', 'kind', 'workload', 'container', 'pod', 'timestamp', 'cpu_cores', 'memory_bytes'] as const
const HEADER = COLUMNS.join(',')

type Cell = string | number

interface Form {
  readonly header?: readonly string[]
  readonly delimiter?: string
  readonly time?: (seconds: number) => Cell
  readonly cores?: (cores: number) => Cell
  readonly bytes?: (bytes: number) => Cell
  readonly end?: string
}

function table(rows: readonly Row[], form: Form = {}): string {
  const { header = COLUMNS, delimiter = ',', end = '\n' } = form
  const { time = Number, cores = Number, bytes = Number } = form
  const cells = rows.map(({ namespace, kind, workload, container, pod, seconds, ...usage }) =>
    [namespace, kind, workload, container, pod, time(seconds), cores(usage.cores), bytes(usage.bytes)].join(delimiter),
  )
  return [header.join(delimiter), ...cells, ''].join(end)
}

const iso = (seconds: number) => new Date(seconds * 1000).toISOString()
const naive = (seconds: number) => iso(seconds).slice(0, 19).replace('T', ' ')
const comma = (value: number) => String(value).replace('.', ',')
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')
const labelsOf = ({ namespace, container, pod }: Row) =>
  `container="${container}",namespace="${namespace}",pod="${pod}"`
const ofSeries = (rows: readonly Row[]) => [...Map.groupBy(rows, ({ pod }) => pod).values()]

/** Two rows for each: one for CPU, one for memory. */
function long(rows: readonly Row[], header: string, cpu: string, memory: string): string {
  const lines = rows.flatMap((row) => {
    const whose = `${row.namespace},${row.kind},${row.workload},${row.container},${row.pod},${iso(row.seconds)}`
    return [`${whose},${cpu},${row.cores}`, `${whose},${memory},${row.bytes}`]
  })
  return [header, ...lines, ''].join('\n')
}

function influx(rows: readonly Row[]): string {
  const tables = ofSeries(rows).flatMap((its, index) =>
    (['cpu_usage_nanocores', 'memory_working_set_bytes'] as const).map((field, second) => {
      const lines = its.map(({ namespace, container, pod, seconds, cores, bytes }) => {
        const value = second === 0 ? Math.round(cores * 1e9) : bytes
        const time = `${iso(seconds).slice(0, 19)}.123456789Z`
        return `,,${2 * index + second},${iso(FROM_SECONDS)},${iso(seconds)},${time},${value},${field},kubernetes_pod_container,${container},${namespace},${pod}`
      })
      return [
        '#group,false,false,true,true,false,false,true,true,true,true,true',
        '#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339Nano,double,string,string,string,string,string',
        '#default,_result,,,,,,,,,,',
        ',result,table,_start,_stop,_time,_value,_field,_measurement,container_name,namespace,pod_name',
        ...lines,
        '',
      ].join('\r\n')
    }),
  )
  return tables.join('\r\n')
}

function kubectlTop(rows: readonly Row[]): string {
  const loops = [...Map.groupBy(rows, ({ seconds }) => seconds)].map(([seconds, its]) =>
    [
      `${iso(seconds).slice(0, 19)}Z`,
      'NAMESPACE   POD                    NAME   CPU(cores)   MEMORY(bytes)   ',
      ...its.map(
        ({ namespace, pod, container, cores, bytes }) =>
          `${namespace}        ${pod.padEnd(22)} ${container}    ${Math.round(cores * 1000)}m         ${bytes / 2 ** 20}Mi           `,
      ),
    ].join('\n'),
  )
  return `${loops.join('\n')}\n`
}

/** A counter of CPU that grows by what was used since the sample before. */
function exposition(rows: readonly Row[], line: (metric: string, row: Row, value: number) => string): string[] {
  return ofSeries(rows).flatMap((its) => {
    let counted = 0
    const first = { ...its[0]!, seconds: its[0]!.seconds - STEP_SECONDS }
    const counts = its.map((row) => {
      counted += row.cores * STEP_SECONDS
      return line('container_cpu_usage_seconds_total', row, Math.round(counted * 1e6) / 1e6)
    })
    return [
      line('container_cpu_usage_seconds_total', first, 0),
      ...counts,
      ...its.map((row) => line('container_memory_working_set_bytes', row, row.bytes)),
    ]
  })
}

/** Grafana's "Series joined by time": a column for each series. */
function grafanaSeries(rows: readonly Row[]): string {
  const pods = ofSeries(rows).map(([first]) => first!)
  const name = (metric: string, { namespace, pod, container }: Row) =>
    `"${metric}{container=""${container}"", namespace=""${namespace}"", pod=""${pod}""}"`
  const cpu = 'node_namespace_pod_container:container_cpu_usage_seconds_total:sum_irate'
  const header = [
    '"Time"',
    ...pods.map((row) => name(cpu, row)),
    ...pods.map((row) => name('container_memory_working_set_bytes', row)),
  ]
  const lines = [...Map.groupBy(rows, ({ seconds }) => seconds)].map(([seconds, its]) =>
    [seconds * 1000, ...its.map(({ cores }) => cores), ...its.map(({ bytes }) => `${bytes / 2 ** 20} MiB`)].join(','),
  )
  return [header.join(','), ...lines, ''].join('\n')
}

const STEP_DAYS = 25_569

const shuffled = (rows: readonly Row[]) => rows.toSorted((a, b) => order(a) - order(b))
const order = ({ seconds, pod }: Row) => ((seconds / STEP_SECONDS) * 7919 + pod.length * 104_729) % 1_000

export const EXPORTS: readonly Export[] = [
  { name: 'our own columns', write: (rows) => table(rows) },
  { name: 'gzip', write: (rows) => gzipSync(table(rows)) },
  { name: 'semicolons', write: (rows) => table(rows, { delimiter: ';' }), says: /semicolons/ },
  {
    name: 'semicolons and decimal commas',
    write: (rows) => table(rows, { delimiter: ';', cores: comma }),
    says: /decimal commas/,
  },
  { name: 'tabs', write: (rows) => table(rows, { delimiter: '\t' }), says: /tabs/ },
  { name: 'bars', write: (rows) => table(rows, { delimiter: '|' }), says: /bars/ },
  {
    name: 'another delimiter, named',
    write: (rows) => table(rows, { delimiter: '~' }),
    options: { delimiter: '~' },
    says: /"~"/,
  },
  {
    name: 'a line sep=;',
    write: (rows) => `sep=;\r\n${table(rows, { delimiter: ';', cores: comma, end: '\r\n' })}`,
    says: /semicolons/,
  },
  {
    name: 'quoted decimal commas between commas',
    write: (rows) => table(rows, { cores: (cores) => `"${comma(cores)}"` }),
    says: /decimal commas/,
  },
  {
    name: 'digits in groups',
    write: (rows) => table(rows, { bytes: (bytes) => `"${bytes.toLocaleString('en')}"` }),
  },
  {
    name: 'digits in groups, in German',
    write: (rows) => table(rows, { delimiter: ';', cores: comma, bytes: (bytes) => bytes.toLocaleString('de') }),
  },
  {
    name: 'a header in capitals and spaces behind commas',
    write: (rows) =>
      table(rows, {
        header: ['Namespace', 'Kind', 'Workload', 'Container', 'Pod', 'Timestamp', 'Cpu Cores', 'Memory Bytes'],
      }).replaceAll(',', ', '),
    says: /"Cpu Cores" as cpu_cores/,
  },
  { name: 'UTF-16 of PowerShell', write: (rows) => utf16(table(rows, { end: '\r\n' })), says: /UTF-16LE/ },
  {
    name: 'UTF-16, the other byte order',
    write: (rows) => utf16(table(rows)).swap16(),
    says: /UTF-16BE/,
  },
  { name: 'UTF-16 without a mark', write: (rows) => Buffer.from(table(rows), 'utf16le'), says: /taken for UTF-16LE/ },
  {
    name: 'Windows-1252',
    write: (rows) =>
      Buffer.from(
        table(rows, { header: ['Größe', ...COLUMNS] as string[] }).replaceAll('\nshop', '\nß,shop'),
        'latin1',
      ),
    says: /taken for WINDOWS-1252/,
  },
  { name: 'line ends of old spreadsheets', write: (rows) => table(rows, { end: '\r' }) },
  { name: 'comments and a title above', write: (rows) => `# made by hand\nUsage in November\n\n${table(rows)}` },
  { name: "PowerShell's #TYPE", write: (rows) => `#TYPE System.Object\r\n${table(rows, { end: '\r\n' })}` },
  { name: 'a header behind a #', write: (rows) => `#${table(rows)}` },
  { name: 'milliseconds', write: (rows) => table(rows, { time: (seconds) => seconds * 1e3 }) },
  { name: 'nanoseconds', write: (rows) => table(rows, { time: (seconds) => `${seconds}000000000` }) },
  { name: 'ISO 8601', write: (rows) => table(rows, { time: iso }) },
  { name: 'times of BigQuery', write: (rows) => table(rows, { time: (seconds) => `${naive(seconds)} UTC` }) },
  { name: 'times without a zone', write: (rows) => table(rows, { time: naive }), says: /taken as UTC/ },
  {
    name: 'times of a named zone',
    write: (rows) => table(rows, { time: (seconds) => naive(seconds + 3600) }),
    options: { timeZone: 'Europe/Berlin' },
  },
  {
    name: 'dates with slashes that show their order',
    write: (rows) => table(rows, { time: (seconds) => slashed(seconds, false) }),
    says: /taken as UTC/,
  },
  {
    name: 'day and hour in two columns',
    write: (rows) =>
      table(rows, {
        header: ['namespace', 'kind', 'workload', 'container', 'pod', 'Date', 'Time', 'cpu_cores', 'memory_bytes'],
        time: (seconds) => naive(seconds).replace(' ', ','),
      }),
  },
  {
    name: 'quantities of Kubernetes',
    write: (rows) =>
      table(rows, {
        header: ['namespace', 'kind', 'workload', 'container', 'pod', 'time', 'cpu', 'memory'],
        cores: (cores) => `${Math.round(cores * 1000)}m`,
        bytes: (bytes) => `${bytes / 2 ** 20}Mi`,
      }),
    says: /name their units, such as/,
  },
  {
    name: 'units in the names of columns',
    write: (rows) =>
      table(rows, {
        header: ['ns', 'Type', 'Name', 'Container Name', 'Pod Name', 'ts', 'CPU (millicores)', 'Memory (MiB)'],
        cores: (cores) => Math.round(cores * 1000),
        bytes: (bytes) => bytes / 2 ** 20,
      }),
  },
  {
    name: 'columns and units that are named',
    write: (rows) =>
      table(rows, {
        header: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'],
        cores: (cores) => Math.round(cores * 1000),
        bytes: (bytes) => bytes / 2 ** 20,
      }),
    options: {
      columns: [
        { role: 'namespace', column: 'a' },
        { role: 'kind', column: 'b' },
        { role: 'workload', column: 'c' },
        { role: 'container', column: 'd' },
        { role: 'pod', column: 'e' },
        { role: 'time', column: 'f' },
        { role: 'cpu', column: 'g', unit: 'millicores' },
        { role: 'memory', column: 'h', unit: 'MiB' },
      ],
    },
  },
  {
    name: 'labels of Google Cloud',
    write: (rows) =>
      table(rows, {
        header: [
          ...['resource.labels.namespace_name', 'metadata.system_labels.top_level_controller_type'],
          ...['metadata.system_labels.top_level_controller_name', 'resource.labels.container_name'],
          ...['resource.labels.pod_name', 'end_time', 'cpu_usage_cores', 'memory_used_bytes'],
        ],
      }),
  },
  {
    name: 'a column of the kind, as Datadog has it',
    write: (rows) => {
      const header =
        'kube_namespace,kube_deployment,kube_stateful_set,kube_container_name,pod_name,time,cpu_cores,memory_bytes'
      const cells = table(rows).split('\n').slice(1)
      return [
        header,
        ...cells.map((row) => row.replace('Deployment,web,', 'web,,').replace('StatefulSet,db,', ',db,')),
      ].join('\n')
    },
  },
  {
    name: 'only the names of Pods',
    write: (rows) => table(rows).replaceAll(/^(\w+),\w+,\w+,/gm, '$1,'),
    says: /guessed from the names of their Pods/,
  },
  { name: 'newest first', write: (rows) => table(rows.toReversed()), says: /not in order of time/ },
  { name: 'any order', write: (rows) => table(shuffled(rows)), says: /not in order of time/ },
  {
    name: 'two exports that overlap',
    write: (rows) => table([...rows.slice(0, rows.length / 2), ...rows.slice(rows.length / 3)]),
    says: /not in order of time/,
  },
  {
    name: 'two exports with their headers',
    write: (rows) => {
      const half = Math.floor(rows.length / 2)
      return table(rows.slice(0, half)) + table(rows.slice(half), { delimiter: ',' })
    },
  },
  {
    name: 'two exports with other columns',
    write: (rows) => {
      const half = Math.floor(rows.length / 2)
      const rest = rows.slice(half).map(({ pod, seconds, cores, bytes, workload, kind }) => {
        return `${seconds},${bytes},${cores},${pod},app,${workload},${kind},shop`
      })
      const header = 'timestamp,memory_bytes,cpu_cores,pod,container,workload,kind,namespace'
      return `${table(rows.slice(0, half)) + [header, ...rest].join('\n')}\n`
    },
  },
  {
    name: 'gaps of pandas and SQL',
    write: (rows) =>
      table(
        rows.flatMap((row) => [row, { ...row, seconds: row.seconds + 1, cores: Number.NaN, bytes: Number.NaN }]),
      ).replaceAll('NaN,NaN', ',NULL'),
  },
  {
    name: 'pandas, with an index',
    write: (rows) =>
      table(rows, { time: (seconds) => `${naive(seconds)}+00:00` })
        .split('\n')
        .map((row, i) => (row === '' ? '' : `${i === 0 ? '' : i - 1},${row}`))
        .join('\n'),
  },
  {
    name: 'a table of psql',
    write: (rows) => {
      const [header, ...cells] = table(rows, { delimiter: ' | ' }).trimEnd().split('\n')
      return [` ${header}`, '-----------+------', ...cells.map((row) => ` ${row}`), `(${cells.length} rows)`, ''].join(
        '\n',
      )
    },
  },
  {
    name: 'one row for each value',
    write: (rows) =>
      long(
        rows,
        'namespace,kind,workload,container,pod,time,metric,value',
        'cpu_usage_cores',
        'container_memory_working_set_bytes',
      ),
    isSplit: true,
  },
  { name: 'annotated CSV of InfluxDB', write: influx, isSplit: true },
  { name: 'kubectl top, in a loop with date', write: kubectlTop, says: /guessed from the names/ },
  { name: "Grafana's series joined by time", write: grafanaSeries, isSplit: true },
  {
    name: 'serial dates of a spreadsheet',
    write: (rows) => table(rows, { time: (seconds) => seconds / 86_400 + STEP_DAYS }),
    says: /serial dates of a spreadsheet.*taken as UTC/s,
  },
  {
    name: 'no header, and columns that are named by their places',
    write: (rows) => table(rows).replace(/^.*\n/, ''),
    options: {
      columns: (['namespace', 'kind', 'workload', 'container', 'pod', 'time', 'cpu', 'memory'] as const).map(
        (role, place) => ({ role, column: String(place + 1) }),
      ),
    },
  },
  {
    name: 'a cluster in a column, which is always the same',
    write: (rows) =>
      table(rows)
        .replaceAll(/^(?=.)/gm, 'prod,')
        .replace('prod,', 'cluster,'),
  },
  {
    name: 'one of two clusters',
    write: (rows) => {
      const of = (cluster: string, scale: number) =>
        table(rows.map((row) => ({ ...row, cores: row.cores * scale }))).replaceAll(/^(?=.)/gm, `${cluster},`)
      return (of('prod', 1) + of('dev', 10).replace(/^.*\n/, '')).replace('prod,', 'Cluster Name,')
    },
    options: { labels: { 'Cluster Name': 'prod' } },
    isPart: true,
  },
  {
    name: 'owners in columns, as kube-state-metrics names them',
    write: (rows) =>
      table(rows, {
        header: ['namespace', 'owner_kind', 'owner_name', 'container', 'pod', 'time', 'cpu', 'memory'],
      }).replaceAll('Deployment,web,', 'ReplicaSet,web-7c5ddbdf54,'),
    says: /guessed from their names/,
  },
  {
    name: 'OpenMetrics',
    write: (rows) =>
      [
        ...exposition(rows, (metric, row, value) => `${metric}{${labelsOf(row)}} ${value} ${row.seconds}`),
        '# EOF',
        '',
      ].join('\n'),
    isSplit: true,
  },
  {
    name: 'text of Prometheus',
    write: (rows) =>
      [
        '# TYPE container_memory_working_set_bytes gauge',
        ...exposition(rows, (metric, row, value) => `${metric}{${labelsOf(row)}} ${value} ${row.seconds}000`),
        '',
      ].join('\n'),
    isSplit: true,
    says: /# EOF/,
  },
  {
    name: 'promtool tsdb dump',
    write: (rows) =>
      [
        ...exposition(
          rows,
          (metric, row, value) => `{__name__="${metric}", ${labelsOf(row)}} ${value} ${row.seconds}000`,
        ),
        '',
      ].join('\n'),
    isSplit: true,
  },
]

function slashed(seconds: number, isDayFirst: boolean): string {
  const date = new Date(seconds * 1000)
  const [day, month] = [date.getUTCDate(), date.getUTCMonth() + 1]
  return `${isDayFirst ? `${day}/${month}` : `${month}/${day}`}/${date.getUTCFullYear()} ${naive(seconds).slice(11)}`
}

/** The header of our own format. */
export { HEADER }
