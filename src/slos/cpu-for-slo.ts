import { ExpectedLoads, type Horizon, highestOf, type Load } from './expected-loads.ts'
import { type Estimate, LatencyModel, type ServedWindow } from './latency-model.ts'

/** A window of a workload, with what tells whether CPU held its requests back. */
export interface ObservedWindow extends ServedWindow {
  /** Unix time of its end, in seconds. */
  readonly atSeconds: number
  /** Share of the CPU periods in which a limit held containers back, 0..1; undefined if not known. */
  readonly throttledShare?: number | undefined
  /** CPU used in cores; undefined if not known. */
  readonly usedCores?: number | undefined
}

export interface CpuRules {
  readonly horizon: Horizon
  /** A raise below this share of what is in force is not worth a revision (0.1 is 10 %). */
  readonly leastRaise: number
}

/** `learning`: nothing is lowered yet; `holds`: the SLO is predicted to hold; `raised`: it needs more than it has; `unhelped`: more CPU does not help. */
export type CpuState = 'learning' | 'holds' | 'raised' | 'unhelped'

/** Windows before anything is lowered: the first may still have had what was there before. */
const LEARNING = 3
/** Share of the budget that CPU is sized for: the rest is for what no model predicts. */
const AIM = 0.75
/** Share of the budget from which CPU is raised: nothing moves between the two. */
const RAISE_FROM = 0.9
/** Share of the budget that may be taken as bad at any CPU: more would hide what CPU does. */
const MOST_ALWAYS = 0.5
/** A load that has just come may use up this many budgets before CPU is raised for it alone. */
const FAST = 1.5
/** Nothing is lowered unless it holds for this many standard deviations of what is not known. Raises go by the mean. */
const CAUTION = 1
/** Largest factor of one change, and the step in which CPU is searched for. */
const LARGEST_CHANGE = 2
const STEP = 1.02
/** Smaller changes are noise. */
const WORTHWHILE = 1.03
/** By how much load per core may go beyond the highest that was served well, with one change. */
const BEYOND_PROVEN = 1.25
/** By how much that record falls with each window: it halves in about a day and a half of windows of five minutes. */
const PROVEN_DECAY = 0.9985
/** While requests are bad, CPU is raised up to this factor. Further only where it is used up. */
const LARGEST_RAISE = 4
const USED_UP = { share: 0.9, throttled: 0.5 } as const
/** Factor of a raise while nobody knows how slow requests are. */
const UNREAD_RAISE = 1.5
/** A slow request runs through a few periods. Where limits throttle in a smaller part of the periods than one in so many slow requests, most wait for something else. */
const PERIODS_OF_SLOW = 10
/** Power of load per core below which more CPU does not help: twice as much would not halve the odds of a bad request. */
const HELPS = 1

/** There is plenty of room where less than this share of the CPU in force would do for a day, and until more than the other is needed. */
const ROOM = { from: 0.6, to: 0.9 } as const

const DAY_SECONDS = 86_400

/**
 * The least CPU with which one latency objective of one workload is predicted to hold. It rises as soon as it must, and falls where it holds
 * even if the model is wrong by a standard deviation: the distance between the two keeps it from going back and forth. State is bounded.
 */
export class CpuForSlo {
  readonly #budget: number
  #model: LatencyModel
  readonly #loads = new ExpectedLoads()
  #windows = 0
  #badShare: number | undefined
  #least = 0
  /** Highest load per core that was served within the budget. */
  #proven = 0
  #trouble: Trouble | undefined
  /** CPU in force when requests could no longer be read; undefined while they can. */
  #unreadCores: number | undefined
  #state: CpuState = 'learning'
  /** Unix time in seconds since which there has been room; undefined while there is not. */
  #roomSince: number | undefined
  #hasRoom = false

  /** @param budget share of the requests that may be bad, 0..1 */
  constructor(budget: number) {
    this.#budget = budget
    this.#model = new LatencyModel(budget * MOST_ALWAYS)
  }

  get state(): CpuState {
    return this.#state
  }

  /** CPU of all Pods together with which the objective is predicted to hold, in cores; 0 while nothing is known. */
  get leastCores(): number {
    return this.#least
  }

  /** Whether the objective has had plenty of room for a day. */
  get hasRoom(): boolean {
    return this.#hasRoom
  }

  /** Share of bad requests in the last window; undefined before the first. */
  get badShare(): number | undefined {
    return this.#badShare
  }

  /**
   * Takes in a window in which the CPU in force did not change, later than the last one. It needs a load, CPU in force and requests, or
   * it tells nothing.
   */
  observe(window: ObservedWindow, { horizon, leastRaise }: CpuRules): void {
    if (!(window.load > 0 && window.cores > 0 && window.total > 0)) return
    this.#unreadCores = undefined
    this.#noteTrouble(window)
    this.#model.observe(window)
    this.#loads.note(window.load, window.total, window.atSeconds)
    this.#badShare = window.bad / window.total
    this.#windows++
    this.#decide(window, horizon, leastRaise)
    this.#noteRoom(window)
  }

  /**
   * Takes in that requests could be read, and now cannot: a service that is overloaded may not answer Prometheus either. CPU that is used
   * up is raised all the same.
   */
  observeUnread(window: Pick<ObservedWindow, 'cores' | 'usedCores' | 'throttledShare'>): void {
    if (!isUsedUp(window)) return
    const { cores } = window
    this.#unreadCores ??= cores
    const more = cores * UNREAD_RAISE
    if (more > this.#unreadCores * LARGEST_RAISE) return
    this.#state = 'raised'
    this.#least = Math.max(this.#least, more)
  }

  /** Takes in how requests depend on CPU elsewhere: see `slopeOfTrials`. */
  noteSlope(slope: Estimate): void {
    this.#model.noteSlope(slope)
  }

  /** A new version of the program runs, which may need more or less CPU for a request. */
  noteNewVersion(): void {
    this.#model.doubt()
    this.#proven = 0
    this.#trouble = undefined
  }

  #decide(window: ObservedWindow, horizon: CpuRules['horizon'], leastRaise: number): void {
    const { cores, load } = window
    const loads = this.#loads.toRaise(horizon)
    if (!this.#holds(cores, loads, 0, RAISE_FROM)) {
      if (this.#isUnhelped(window)) {
        this.#state = 'unhelped'
        this.#least = this.#trouble ? Math.min(this.#trouble.cores, load / this.#trouble.perCore) : 0
        return
      }
      // As much load per core as in a window that was served well is enough for any load.
      const most = this.#trouble ? Number.POSITIVE_INFINITY : (cores * highestOf(loads)) / load
      const least = Math.min(Math.max(this.#search(cores, loads), cores * (1 + leastRaise)), most)
      if (least < cores * (1 + leastRaise)) return
      this.#state = 'raised'
      this.#least = Math.max(this.#least, least)
      return
    }
    if (this.#windows < LEARNING) {
      this.#state = 'learning'
      this.#least = Math.max(this.#least, cores)
      return
    }
    this.#state = 'holds'
    const groups = this.#loads.toLower(horizon)
    const proven = highestOf(groups.flat()) / (this.#proven * BEYOND_PROVEN)
    const least = Math.min(cores, Math.max(this.#lowest(cores, groups), proven))
    if (Math.max(least, this.#least) > Math.min(least, this.#least) * WORTHWHILE) this.#least = least
  }

  /** The smallest CPU above what is in force with which the objective holds, as far as one change goes. */
  #search(cores: number, loads: readonly Load[]): number {
    const most = cores * LARGEST_CHANGE
    for (let more = cores * STEP; more < most; more *= STEP) if (this.#holds(more, loads, 0)) return more
    return most
  }

  /** The smallest CPU below what is in force with which it holds even so, as far as one change goes. */
  #lowest(cores: number, groups: readonly (readonly Load[])[]): number {
    const holds = (less: number) => groups.every((loads) => this.#holds(less, loads, CAUTION))
    let least = cores
    for (let less = cores; less > cores / LARGEST_CHANGE && holds(less); less /= STEP) least = less
    return least
  }

  /** Whether the objective holds for the loads together, and does not fail badly for the newest. */
  #holds(cores: number, loads: readonly Load[], caution: number, aim = AIM): boolean {
    const newest = this.#isFarOff ? this.#loads.rising : this.#loads.newest
    const share = ({ load }: Load) => this.#model.badShare(load, cores, caution)
    let [bad, total] = [0, 0]
    for (const load of loads) {
      bad += share(load) * load.weight
      total += load.weight
    }
    return bad <= aim * this.#budget * total && share(newest) <= FAST * this.#budget
  }

  /** Whether requests of the last window were much slower than the objective. */
  get #isFarOff(): boolean {
    return (this.#badShare ?? 0) > FAST * this.#budget
  }

  #isUnhelped(window: ObservedWindow): boolean {
    if (!this.#trouble) return false
    const { load, cores, bad, total, throttledShare } = window
    const { mean, sd } = this.#model.slope
    if (mean + sd < HELPS) return true
    // Where CPU is used up, requests wait for it.
    if (isUsedUp(window)) return false
    if (throttledShare !== undefined && throttledShare * PERIODS_OF_SLOW < bad / total) return true
    return load / cores < this.#trouble.perCore / LARGEST_RAISE
  }

  #noteTrouble({ bad, total, load, cores }: ObservedWindow): void {
    const perCore = load / cores
    this.#proven *= PROVEN_DECAY
    if (bad > this.#budget * total) {
      this.#trouble ??= { perCore, cores, model: this.#model.copy() }
      return
    }
    // While requests waited for something else, CPU seemed to change nothing. That is over.
    if (this.#trouble && this.#state === 'unhelped') this.#model = this.#trouble.model
    this.#trouble = undefined
    this.#proven = Math.max(this.#proven, perCore)
  }

  #noteRoom({ atSeconds, cores }: ObservedWindow): void {
    const needed = this.#state === 'holds' ? this.#least / cores : 1
    if (needed > ROOM.to) this.#hasRoom = false
    if (needed >= ROOM.from) {
      this.#roomSince = undefined
      return
    }
    this.#roomSince ??= atSeconds
    if (atSeconds - this.#roomSince >= DAY_SECONDS) this.#hasRoom = true
  }
}

function isUsedUp({
  cores,
  usedCores = 0,
  throttledShare = 0,
}: Pick<ObservedWindow, 'cores' | 'usedCores' | 'throttledShare'>) {
  return usedCores > USED_UP.share * cores || throttledShare > USED_UP.throttled
}

/** When requests began to be bad: load per core and CPU in force, and what was known before. */
interface Trouble {
  readonly perCore: number
  readonly cores: number
  readonly model: LatencyModel
}
