// The learner with so many containers, a fortnight known of each, a sample a minute, and a look at every recommendation a minute, as the
// learner in a cluster does. `node steady.ts CONTAINERS` prints what a minute takes.
import { type HeapProfiler, Session } from 'node:inspector'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { RecommendationStatus } from '../../src/api/index.ts'
import type { UsageSample } from '../../src/history/index.ts'
import { createLearner, type DecisionTerms, GOAL_PRICES } from '../../src/learner/index.ts'
import { parseQuantity } from '../../src/resources/index.ts'
import { type ReconcileInput, reconcile } from '../../src/revisions/index.ts'
import { input, RULES } from '../../test/revisions/reconcile-input.ts'

const CONTAINERS_A_WORKLOAD = 2
const KNOWN_HOURS = 14 * 24
const MINUTES = 11
const START_SECONDS = 1_780_272_000
const HOUR = 3600

type Sample = { -readonly [field in keyof UsageSample]: UsageSample[field] }

export interface Steady {
  readonly containers: number
  /** Resident before the first container, with a fortnight of all of them learned, and with their Recommendations; after a collection. */
  readonly baseBytes: number
  readonly learnedBytes: number
  readonly residentBytes: number
  /** CPU time of a minute's samples, and of looking at every recommendation; medians. */
  readonly sampleMilliseconds: number
  readonly publishMilliseconds: number
  readonly allocatedBytes: number
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const containers = Number(process.argv[2])
const workloads = Array.from({ length: containers / CONTAINERS_A_WORKLOAD }, (_, i) => ({
  namespace: `team-${i % 50}`,
  kind: 'Deployment',
  name: `service-${i}`,
}))
const samples: Sample[] = workloads.flatMap((workload, i) =>
  Array.from({ length: CONTAINERS_A_WORKLOAD }, (_, c) => ({
    container: { workload, container: `container-${c}` },
    pod: `${workload.name}-5b8dd68bd7-${i}`,
    timestampSeconds: 0,
    cpuCores: 0,
    memoryBytes: 0,
  })),
)
const states = new Map<object, RecommendationStatus>()
const author: ReconcileInput['author'] = new Map(
  samples.slice(0, CONTAINERS_A_WORKLOAD).map(({ container: { container } }) => [
    container,
    {
      cpu: { request: parseQuantity('500m')! },
      memory: { request: parseQuantity('1Gi')!, limit: parseQuantity('2Gi')! },
    },
  ]),
)
const terms: DecisionTerms = { prices: GOAL_PRICES.balanced, cadence: '24h', author }
const shape: ReconcileInput['shape'] = {
  slots: [...author.keys()].map((name) => ({ name, kind: 'container' })),
  overhead: { cpu: 0n, memory: 0n },
}

collectGarbage()
const baseBytes = process.memoryUsage.rss()
const learner = createLearner()
// The days of containers begin at their first samples: those are spread over a day, and with them the turns to decide.
for (let hour = 0; hour < KNOWN_HOURS; hour++) takeIn(START_SECONDS + hour * HOUR)
collectGarbage()
const learnedBytes = process.memoryUsage.rss()
const now = START_SECONDS + KNOWN_HOURS * HOUR
publish(now)

const minutes = Array.from({ length: MINUTES }, (_, minute) => {
  const at = now + (minute + 1) * 60
  usage(at)
  return { sampled: cpu(() => learner.observe(samples)), published: cpu(() => publish(at)) }
})
const median = (of: (minute: (typeof minutes)[number]) => number) =>
  minutes.map(of).sort((a, b) => a - b)[MINUTES >> 1]!
collectGarbage()
const residentBytes = process.memoryUsage.rss()
const last = now + (MINUTES + 1) * 60
usage(last)
const figures: Steady = {
  containers,
  baseBytes,
  learnedBytes,
  residentBytes,
  sampleMilliseconds: median(({ sampled }) => sampled),
  publishMilliseconds: median(({ published }) => published),
  allocatedBytes: allocated(() => {
    learner.observe(samples)
    publish(last)
  }),
}
console.log(JSON.stringify(figures))

function takeIn(atSeconds: number): void {
  usage(atSeconds)
  learner.observe(samples)
}

/** A daily rhythm, and a separate level for each container. */
function usage(atSeconds: number): void {
  for (const [i, sample] of samples.entries()) {
    const phase = (2 * Math.PI * ((atSeconds + i * 977) % 86_400)) / 86_400
    const noise = ((atSeconds / 60 + i * 37) % 101) / 101
    sample.timestampSeconds = atSeconds + ((i * 61) % HOUR) - HOUR
    sample.cpuCores = (0.05 + (i % 40) / 20) * (1 + 0.5 * Math.sin(phase) + 0.3 * noise)
    sample.memoryBytes = (64 + (i % 60) * 32) * 2 ** 20 * (1 + 0.1 * Math.sin(phase) + 0.05 * noise)
  }
}

function publish(atSeconds: number): void {
  const now = new Date(atSeconds * 1000)
  for (const workload of workloads) {
    const { containers: learned } = learner.decide(workload, atSeconds, terms)
    const before = states.get(workload)
    const { status: after } = reconcile(before, input(learned, { author, shape, now }), RULES)
    if (after !== before) states.set(workload, after)
  }
}

/** CPU time in milliseconds. */
function cpu(work: () => void): number {
  const used = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(used)
  return (user + system) / 1000
}

/** By sampling, what was collected since included. */
function allocated(work: () => void): number {
  const session = new Session()
  session.connect()
  const options = { includeObjectsCollectedByMinorGC: true, includeObjectsCollectedByMajorGC: true }
  session.post('HeapProfiler.startSampling', { samplingInterval: 4096, ...options })
  work()
  let bytes = 0
  // Called before this returns.
  session.post('HeapProfiler.stopSampling', (_error, { profile }) => {
    bytes = total(profile.head)
  })
  return bytes
}

function total({ selfSize, children }: HeapProfiler.SamplingHeapProfileNode): number {
  return children.reduce((sum, child) => sum + total(child), selfSize)
}
