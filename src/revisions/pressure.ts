import {
  type Allotment,
  type ContainerResources,
  type Nanos,
  type ResourceName,
  readable,
  toNumber,
} from '../resources/index.ts'
import { higher } from './higher.ts'

/** What one container used at a time. */
export interface PressureSample {
  /** Unix time. */
  readonly timestampSeconds: number
  readonly cpuCores: number
  readonly memoryBytes: number
  /** Share of the time (0..1) in which some of its threads waited for CPU (PSI, `cpu.some`); undefined where the kernel does not say. */
  readonly waitingShare?: number | undefined
}

/** One container of a Pod that is ready, with what it carries and its last samples, oldest first. */
export interface WatchedContainer {
  readonly samples: readonly PressureSample[]
  readonly carried: ContainerResources
  /** Share of the node's CPU (0..1) that is in use; undefined where that is not known. */
  readonly nodeBusyShare?: number | undefined
  /** Whether its heap follows its memory limit: such a program uses what it is given. */
  readonly followsLimit?: boolean | undefined
}

/** What a container under pressure carries, and what would relieve it. */
export interface Pressure {
  readonly carried: Allotment
  readonly request?: Nanos | undefined
  readonly limit?: Nanos | undefined
}

/** Pressure of the containers of a workload, by name and resource: of its Pods, the one that needs most. */
export type Pressures = ReadonlyMap<string, Readonly<Partial<Record<ResourceName, Pressure>>>>

/** Samples count for so long. */
const FRESH_SECONDS = 150
/** Pressure is sustained if it lasts for so long: half a minute is no spike, and leaves a minute and a half to act. */
const SUSTAINED_SECONDS = 30
/** CPU usage from this share of the limit on is held back by the limit: usage is an average over some 15 seconds. */
const AT_LIMIT_SHARE = 0.95
/** A node this busy has no CPU left for who uses more than was requested. */
const BUSY_SHARE = 0.9
/** Usage must be clearly above the request. */
const ABOVE_REQUEST = 1.05
/** Share of the time that threads wait for CPU from which that is pressure. */
const WAITING_SHARE = 0.2
const CPU_MARGIN = 1.1
/** What is held back by a limit would use more, and nobody knows how much. */
const UNHEARD_OF = 1.5
/** Memory races to its limit if it would be there within so long, and is most of the way. */
const RACE_SECONDS = 600
const RACE_FROM_SHARE = 0.7
/** A raise of memory lasts for so long at the rate of growth. */
const RAISE_LASTS_SECONDS = 1200
const MEMORY_MARGIN = 1.25

/**
 * CPU that a container lacks: for half a minute its limit held it back, it used more than it requested on a busy node, or its threads
 * waited.
 */
export function cpuPressure(
  { samples, carried, nodeBusyShare = 0 }: WatchedContainer,
  nowSeconds: number,
): Pressure | undefined {
  const recent = sustained(samples, nowSeconds)
  const { request, limit } = readable(carried.cpu)
  if (!recent || request === undefined || recent.some(({ cpuCores }) => !Number.isFinite(cpuCores))) return undefined
  const used = recent.reduce((most, { cpuCores }) => Math.max(most, cpuCores), 0)
  const atLimit = limit !== undefined && recent.every(({ cpuCores }) => cpuCores >= AT_LIMIT_SHARE * toNumber(limit))
  const isShort =
    nodeBusyShare >= BUSY_SHARE && recent.every(({ cpuCores }) => cpuCores > ABOVE_REQUEST * toNumber(request))
  const waits = recent.every(({ waitingShare = 0 }) => waitingShare >= WAITING_SHARE)
  if (!atLimit && !isShort && !waits) return undefined
  const needed = nanosOf(used * CPU_MARGIN)
  return {
    carried: { request, limit },
    ...(needed > request && { request: needed }),
    ...(limit !== undefined && (atLimit || waits) && { limit: nanosOf(toNumber(limit) * UNHEARD_OF) }),
  }
}

/** Memory that a container is about to lack: at its rate of growth it reaches its limit within ten minutes. */
export function memoryPressure(
  { samples, carried, followsLimit = false }: WatchedContainer,
  nowSeconds: number,
): Pressure | undefined {
  const recent = sustained(samples, nowSeconds)
  const { request, limit } = readable(carried.memory)
  if (!recent || followsLimit || request === undefined || limit === undefined) return undefined
  const [first, last] = [recent[0]!, recent.at(-1)!]
  const bytes = recent.map(({ memoryBytes }) => memoryBytes)
  const grows = bytes.every((is, i) => i === 0 || is > bytes[i - 1]!)
  const perSecond = (last.memoryBytes - first.memoryBytes) / (last.timestampSeconds - first.timestampSeconds)
  const most = toNumber(limit)
  if (!grows || last.memoryBytes < RACE_FROM_SHARE * most) return undefined
  if (last.memoryBytes + perSecond * RACE_SECONDS < most) return undefined
  const wanted = Math.max(last.memoryBytes + perSecond * RAISE_LASTS_SECONDS, most * MEMORY_MARGIN)
  const used = nanosOf(last.memoryBytes)
  return { carried: { request, limit }, ...(used > request && { request: used }), limit: nanosOf(wanted) }
}

/** Of two containers of the same name, what relieves both. */
export function greaterPressure(a: Pressure | undefined, b: Pressure | undefined): Pressure | undefined {
  if (!a || !b) return a ?? b
  return {
    carried: {
      request: higher(a.carried.request, b.carried.request),
      limit: higher(a.carried.limit, b.carried.limit),
    },
    request: higher(a.request, b.request),
    limit: higher(a.limit, b.limit),
  }
}

/** The samples of the last minutes, if they last long enough to tell. */
function sustained(samples: readonly PressureSample[], nowSeconds: number): readonly PressureSample[] | undefined {
  const fresh = samples.filter(({ timestampSeconds }) => nowSeconds - timestampSeconds <= FRESH_SECONDS)
  const newest = fresh.at(-1)?.timestampSeconds ?? 0
  // The shortest run of the newest samples that is long enough: what was before it does not matter any more.
  const start = fresh.findLastIndex(({ timestampSeconds }) => newest - timestampSeconds >= SUSTAINED_SECONDS)
  return start < 0 ? undefined : fresh.slice(start)
}

function nanosOf(amount: number): Nanos {
  return BigInt(Math.round(amount * 1000)) * 1_000_000n
}
