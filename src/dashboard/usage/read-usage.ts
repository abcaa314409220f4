import { setImmediate } from 'node:timers/promises'
import { HistoryError, namedAsRunning, type TimeWindow, type UsageSample } from '../../history/index.ts'
import type { WorkloadInsight } from '../../insight/index.ts'
import { type Workload, workloadKey } from '../../workloads/index.ts'
import type { UsageHistory } from '../backing.ts'
import { Refusal } from '../refusal.ts'
import { AUTO, type ContainerPlot, type Range, type UsageAnswer } from '../wire.ts'
import { adviceAt } from './advice.ts'
import { envelopeOf, type Points } from './envelope.ts'
import { goalsOf } from './goals.ts'
import { SPANS } from './ranges.ts'

/** Largest number of points in a plot: more points than a screen has columns are of no use. */
const POINTS = 360
/** Sample times per span. It is more than 1 because times are not at the same place in each span. */
const TIMES_PER_SPAN = 1.5
const ADVISED = 60
const MOST_SAMPLES = 300_000
const MOST_CONTAINERS = 32
const TIMEOUT_MILLISECONDS = 25_000

export interface Asked {
  readonly workload: WorkloadInsight
  readonly range: Range | typeof AUTO
}

/** Ranges that `auto` tries, in this order: a young workload has too few points in a week, but enough in an hour. */
const CHOICES: readonly Range[] = ['7d', '6h', '1h']
const LEAST_TIMES = 30

/**
 * Reads the usage of one workload over time, and what the learner would have recommended meanwhile. Points, samples and
 * time are bounded.
 *
 * @throws Refusal Unavailable if it cannot be read
 */
export async function readUsage(
  history: UsageHistory,
  { workload, range }: Asked,
  signal: AbortSignal,
): Promise<UsageAnswer> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MILLISECONDS)])
  let read = await readRange(history, workload, range === AUTO ? CHOICES[0]! : range, bounded)
  for (const choice of range === AUTO ? CHOICES.slice(1) : []) {
    if (new Set(read.samples.map(({ timestampSeconds }) => timestampSeconds)).size >= LEAST_TIMES) break
    read = await readRange(history, workload, choice, bounded)
  }
  const { samples, source, toSeconds } = read
  const { seconds, stepSeconds } = SPANS[read.range]
  samples.sort((one, other) => one.timestampSeconds - other.timestampSeconds)
  // A young history is shown from its first sample on, without an empty part before it.
  const firstSeconds = samples[0]?.timestampSeconds ?? toSeconds
  const fromSeconds = Math.min(Math.max(toSeconds - seconds, firstSeconds), toSeconds - stepSeconds)
  const shown = { fromSeconds, toSeconds }
  const times = spread(shown, ADVISED).map((time) => time + (toSeconds - fromSeconds) / ADVISED)
  const pause = async () => {
    await setImmediate()
    bounded.throwIfAborted()
  }
  const advised = await adviceAt(times, { workload, goal: workload.goal }, samples, history.minimumHistory, pause)
  const points = pointsFor(samples, shown)
  const containers = [...advised.plots].slice(0, MOST_CONTAINERS).map(([name, { cpu, memory }]): ContainerPlot => {
    const own = samples.filter(({ container }) => container.container === name)
    const envelope = (of: (sample: UsageSample) => number) => envelopeOf(pointsOf(own, of), shown, points)
    return {
      name,
      cpuCores: envelope(({ cpuCores }) => cpuCores),
      memoryBytes: envelope(({ memoryBytes }) => memoryBytes),
      advice: { cpuCores: cpu, memoryBytes: memory },
    }
  })
  const notes =
    advised.plots.size > MOST_CONTAINERS
      ? [`${advised.plots.size} containers: the first ${MOST_CONTAINERS} are shown`]
      : []
  const plotted = { seconds: spread(shown, points), adviceSeconds: times, containers, notes }
  return {
    range: read.range,
    source,
    fromSeconds,
    toSeconds,
    ...plotted,
    goals: goalsOf(workload, samples, advised, shown),
  }
}

interface Read {
  readonly range: Range
  readonly samples: UsageSample[]
  readonly source: string
  readonly toSeconds: number
}

async function readRange(history: UsageHistory, workload: Workload, range: Range, signal: AbortSignal): Promise<Read> {
  const { seconds, stepSeconds } = SPANS[range]
  // One second more, so that the window includes the last sample.
  const toSeconds = Math.ceil(history.nowSeconds()) + 1
  const { name: source, read } = namedAsRunning(history.source(stepSeconds), [{ workload }])
  const window = { fromSeconds: toSeconds - 2 * seconds, toSeconds }
  const samples = await collect(read({ window, workload, signal }), workload).catch((cause: Error) => {
    throw new Refusal('Unavailable', whyUnread(source, cause, signal), { cause })
  })
  return { range, samples, source, toSeconds }
}

async function collect(batches: AsyncIterable<readonly UsageSample[]>, workload: Workload): Promise<UsageSample[]> {
  const key = workloadKey(workload)
  const samples: UsageSample[] = []
  for await (const batch of batches) {
    for (const sample of batch) if (workloadKey(sample.container.workload) === key) samples.push(sample)
    if (samples.length > MOST_SAMPLES)
      throw new HistoryError(`there are more than ${MOST_SAMPLES} samples: choose a shorter time`)
  }
  return samples
}

function whyUnread(source: string, cause: Error, { aborted }: AbortSignal): string {
  if (cause instanceof HistoryError) return cause.message
  return aborted
    ? `${source} gave no answer within ${TIMEOUT_MILLISECONDS / 1000} s: choose a shorter time`
    : `${source} cannot be read: ${cause.message}`
}

function pointsOf(samples: readonly UsageSample[], of: (sample: UsageSample) => number): Points {
  return { seconds: samples.map(({ timestampSeconds }) => timestampSeconds), values: samples.map(of) }
}

/**
 * Number of points in a plot: as many as a screen shows, or fewer for few samples, so that no span between two others
 * is empty.
 */
function pointsFor(samples: readonly UsageSample[], { fromSeconds, toSeconds }: TimeWindow): number {
  const times = new Set<number>()
  for (const { timestampSeconds } of samples)
    if (timestampSeconds >= fromSeconds && timestampSeconds < toSeconds) times.add(timestampSeconds)
  return Math.min(POINTS, Math.max(1, Math.floor(times.size / TIMES_PER_SPAN)))
}

/** Times at equal distances, from the start of the window. */
function spread({ fromSeconds, toSeconds }: TimeWindow, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.round(fromSeconds + ((toSeconds - fromSeconds) * i) / count))
}
