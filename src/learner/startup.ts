/** One start of a container, as far as it has been observed. */
interface Start {
  readonly startedSeconds: number
  /** When its Pod became ready, in seconds after the start; undefined before. */
  readyAge?: number | undefined
  /** Ages in seconds and CPU in cores of the samples, in order of time, for `WATCHED_SECONDS` after the start. */
  readonly samples: { readonly age: number; readonly cores: number }[]
  /** CPU limit in cores while it started, and the steady one; undefined if it has none. */
  limit?: { readonly inForce: number; readonly steady: number } | undefined
}

interface Finished {
  readonly seconds: number
  readonly cores: number
  /** Multiple of its steady limit that it would have used; 1 if the limit was enough. */
  readonly wanted: number
}

interface Known {
  readonly finished: Finished[]
  /** Starts that are watched, by Pod. */
  readonly starts: Map<string, Start>
}

/** What is known about the startup of a container. */
export interface StartupFigures {
  /** How long its startup lasts, in nine of ten cases. */
  readonly seconds: number
  /** The most CPU that it used during startup, in cores. */
  readonly cores: number
  /** Multiple of its CPU limit that its startup would use; undefined if the limit does not hold it back. */
  readonly boost: number | undefined
}

/** A sample of a container that has started, and what is known of its start. */
export interface StartupSample {
  readonly pod: string
  readonly startedSeconds: number
  readonly readySeconds: number | undefined
  readonly timestampSeconds: number
  readonly cpuCores: number
  readonly limit?: Start['limit']
}

/** Longest possible startup: later CPU usage always counts as steady. */
const LONGEST_STARTUP_SECONDS = 600
/** How long a start is watched, to distinguish steady usage from that of the startup. */
const WATCHED_SECONDS = 2 * LONGEST_STARTUP_SECONDS
/** Starts that are remembered for a container, and starts and samples that are watched at the same time. */
const MOST_FINISHED = 16
const MOST_WATCHED = 8
const MOST_SAMPLES = 64
/** Minimum number of samples to know the steady usage. */
const LEAST_STEADY = 3
/** Usage above this multiple of the steady one right after the start is still startup. */
const BUSY = 2
/** Share of its limit from which a container counts as held back by it. */
const AT_LIMIT = 0.9
/** Minimum number of starts before a boost is proposed, and the largest boost that is proposed. */
const LEAST_STARTS = 2
const MOST_BOOST = 4

/**
 * Learns how containers start: how long it takes, from readiness and from usage that falls afterwards, and how much CPU it needs.
 * Memory per container is bounded. Pure: times are passed in.
 */
export class StartupLearner {
  readonly #known = new Map<string, Known>()

  /**
   * Learns from a sample. A sample covers the time since the previous sample, so one that begins within the startup is not steady.
   *
   * @param key identifies the container of the workload
   * @param windowSeconds time that a sample covers
   * @returns whether its CPU is that of the startup
   */
  observe(key: string, sample: StartupSample, windowSeconds: number): boolean {
    const age = sample.timestampSeconds - sample.startedSeconds
    if (!(age >= 0) || age > WATCHED_SECONDS) return false
    const known = this.#known.get(key) ?? { finished: [], starts: new Map<string, Start>() }
    this.#known.set(key, known)
    const start = startOf(known, sample)
    const ready =
      sample.readySeconds === undefined ? undefined : Math.max(0, sample.readySeconds - sample.startedSeconds)
    // A Pod that briefly became unready later has already started.
    start.readyAge ??= ready !== undefined && ready <= LONGEST_STARTUP_SECONDS ? ready : undefined
    if (sample.limit) start.limit = sample.limit
    if (!Number.isNaN(sample.cpuCores) && start.samples.length < MOST_SAMPLES)
      start.samples.push({ age, cores: sample.cpuCores })
    const learned = percentile(known.finished.map(({ seconds }) => seconds)) ?? 0
    const end = start.readyAge === undefined ? LONGEST_STARTUP_SECONDS : Math.max(start.readyAge, learned)
    return age - windowSeconds < Math.min(end, LONGEST_STARTUP_SECONDS)
  }

  /** Completes the starts that have been watched for long enough at `nowSeconds`. */
  settle(nowSeconds: number): void {
    for (const known of this.#known.values())
      for (const [pod, start] of known.starts) {
        if (nowSeconds - start.startedSeconds < WATCHED_SECONDS) continue
        finish(known, pod, start)
      }
  }

  /** @returns undefined if no start of the container has been completed */
  of(key: string): StartupFigures | undefined {
    const finished = this.#known.get(key)?.finished ?? []
    const seconds = percentile(finished.map((one) => one.seconds))
    if (seconds === undefined) return undefined
    const wanted = finished.map((one) => one.wanted).sort((a, b) => a - b)[Math.floor((finished.length - 1) / 2)]!
    const isKnown = finished.length >= LEAST_STARTS && wanted > 1
    return {
      seconds,
      cores: Math.max(...finished.map(({ cores }) => cores)),
      boost: isKnown ? Math.min(MOST_BOOST, wanted) : undefined,
    }
  }

  /** Forgets all containers but these. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#known.keys()) if (!keys.has(key)) this.#known.delete(key)
  }
}

function startOf(known: Known, { pod, startedSeconds }: StartupSample): Start {
  const before = known.starts.get(pod)
  if (before?.startedSeconds === startedSeconds) return before
  if (before) finish(known, pod, before)
  const start: Start = { startedSeconds, samples: [] }
  known.starts.set(pod, start)
  const [oldest] = known.starts.keys()
  if (known.starts.size > MOST_WATCHED) known.starts.delete(oldest!)
  return start
}

/** Results of a start; nothing if its Pod never became ready. */
function finish({ finished, starts }: Known, pod: string, { readyAge, samples, limit }: Start): void {
  starts.delete(pod)
  if (readyAge === undefined || samples.length === 0) return
  const steady = samples.filter(({ age }) => age > readyAge).map(({ cores }) => cores)
  const usual = steady.length < LEAST_STEADY ? undefined : steady.sort((a, b) => a - b)[Math.floor(steady.length / 2)]!
  let seconds = readyAge
  for (const { age, cores } of samples) {
    if (age <= readyAge) continue
    if (usual === undefined || cores <= BUSY * usual) break
    seconds = age
  }
  seconds = Math.min(seconds, LONGEST_STARTUP_SECONDS)
  const during = samples.filter(({ age }, i) => age <= seconds || i === 0).map(({ cores }) => cores)
  const cores = Math.max(...during)
  finished.push({ seconds, cores, wanted: limit ? wantedOf(cores, limit) : 1 })
  if (finished.length > MOST_FINISHED) finished.shift()
}

function wantedOf(cores: number, { inForce, steady }: NonNullable<Start['limit']>): number {
  const boost = Math.max(1, inForce / steady)
  if (cores >= AT_LIMIT * inForce) return 2 * boost
  return cores >= AT_LIMIT * steady ? boost : 1
}

/** The value that nine out of ten do not exceed. */
function percentile(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.9) - 1]
}
