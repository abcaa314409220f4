// Records the sample history: `npm run record-history [minutes]`. examples/history.md says what it is.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { workloadFromPodName } from '../../../src/workloads/index.ts'
import { type Cluster, startCluster } from '../harness/index.ts'
import { loadImage, manifest, WORKLOADS } from './workloads.ts'

const MINUTES = Number(process.argv[2] ?? 25)
const STEP_SECONDS = 15
/** It always contains two scrapes. */
const RATE_SECONDS = 30
const NAMESPACE = 'shop'
const FILE = join(import.meta.dirname, '..', '..', '..', 'examples', 'history.csv.gz')
const HEADER = 'namespace,kind,workload,container,pod,timestamp,cpu_cores,memory_bytes'

interface Series {
  readonly metric: { readonly pod: string; readonly container: string }
  readonly values: readonly (readonly [seconds: number, value: string])[]
}

const cluster = await startCluster()
try {
  const rows = await record(cluster)
  // The same rows give the same file: the header of the archive contains no time.
  writeFileSync(FILE, gzipSync(`${[HEADER, ...rows].join('\n')}\n`, { level: 9 }))
  say(`${rows.length} rows are in ${FILE}`)
} finally {
  await cluster.stop()
}

async function record({ prometheus, kubectl, apply, image }: Cluster): Promise<string[]> {
  await loadImage({ image } as Cluster)
  const { url } = await prometheus()
  await kubectl(['create', 'namespace', NAMESPACE])
  const { postgres, ...others } = WORKLOADS
  // One that is killed over and over leaves no usage to record: here it has the memory that it needs.
  const { postgres: work } = postgres.containers
  const roomy = { ...postgres, containers: { postgres: { ...work!, limits: { memory: '256Mi' } } } }
  await apply(...[...Object.values(others), roomy].map((workload) => manifest(NAMESPACE, workload)))
  const fromSeconds = nowSeconds()
  const toSeconds = fromSeconds + MINUTES * 60
  while (nowSeconds() < toSeconds) {
    say(`recording, ${Math.ceil((toSeconds - nowSeconds()) / 60)} min to go`)
    await delay(60_000)
  }
  const read = (query: string) => readRange(url, query, fromSeconds, toSeconds)
  const selector = `{namespace="${NAMESPACE}",container!=""}`
  const [cpu, memory] = await Promise.all([
    read(`max by (pod,container) (rate(container_cpu_usage_seconds_total${selector}[${RATE_SECONDS}s]))`),
    read(`max by (pod,container) (container_memory_working_set_bytes${selector})`),
  ])
  return rowsOf(cpu, memory)
}

async function readRange(url: string, query: string, fromSeconds: number, toSeconds: number): Promise<Series[]> {
  const at = { start: `${fromSeconds}`, end: `${toSeconds}`, step: `${STEP_SECONDS}` }
  const answer = await fetch(`${url}/api/v1/query_range?${new URLSearchParams({ query, ...at })}`)
  if (!answer.ok) throw new Error(`Prometheus answered ${answer.status} to ${query}: ${await answer.text()}`)
  return ((await answer.json()) as { data: { result: Series[] } }).data.result
}

/** One row where both were measured at the same moment; sorted, as that packs best. */
function rowsOf(cpu: readonly Series[], memory: readonly Series[]): string[] {
  const keyOf = ({ metric: { pod, container } }: Series) => `${pod}/${container}`
  const bytesOf = new Map(memory.map((series) => [keyOf(series), new Map(series.values)]))
  return cpu
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    .flatMap((series) => {
      const { pod, container } = series.metric
      const { kind, name } = workloadFromPodName(NAMESPACE, pod) ?? {}
      if (!kind) throw new Error(`whose Pod is ${pod}?`)
      return series.values.flatMap(([seconds, cores]) => {
        const bytes = bytesOf.get(keyOf(series))?.get(seconds)
        // The last reading of a container that went away can be 0.
        if (bytes === undefined || Number(bytes) === 0) return []
        const usage = [Number(Number(cores).toFixed(4)), bytes]
        return [[NAMESPACE, kind, name, container, pod, new Date(seconds * 1000).toISOString(), ...usage].join(',')]
      })
    })
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
