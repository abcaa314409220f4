import {
  type Allotment,
  type ContainerResources,
  type Nanos,
  type ResourceName,
  readable,
  toNumber,
} from '../resources/index.ts'
import { higher } from './higher.ts'

/** Usage of one container at one time. */
export interface PressureSample {
  /** Unix time. */
  readonly timestampSeconds: number
  readonly cpuCores: number
  readonly memoryBytes: number
  /** Share of the time (0..1) in which some of its threads waited for CPU (PSI, `cpu.some`); undefined if the kernel does not report it. */
  readonly waitingShare?: number | undefined
}

/** One container of a ready Pod, with its values and its last samples, oldest first. */
export interface WatchedContainer {
  readonly samples: readonly PressureSample[]
  readonly carried: ContainerResources
  /** Share of the node's CPU (0..1) that is in use; undefined if unknown. */
  readonly nodeBusyShare?: number | undefined
  /** Whether its heap follows its memory limit: such a program uses all memory that it gets. */
  readonly followsLimit?: boolean | undefined
}

/** Values of a container under pressure, and the values that would relieve it. */
export interface Pressure {
  readonly carried: Allotment
  readonly request?: Nanos | undefined
  readonly limit?: Nanos | undefined
}

/** Pressure of the containers of a workload, by name and resource, in the Pod that needs most. */
export type Pressures = ReadonlyMap<string, Readonly<Partial<Record<ResourceName, Pressure>>>>

/** Maximum age of a sample that counts. */
const FRESH_SECONDS = 150
/** Duration from which pressure is sustained: half a minute is not just a spike, and leaves a minute and a half to act. */
const SUSTAINED_SECONDS = 30
/** Share of the limit from which the limit holds CPU usage back: usage is an average over about 15 seconds. */
const AT_LIMIT_SHARE = 0.95
/** On a node this busy, no CPU is left for containers that use more than they requested. */
const BUSY_SHARE = 0.9
/** How clearly usage must exceed the request. */
const ABOVE_REQUEST = 1.05
/** Share of the time for which threads wait for CPU that counts as pressure. */
const WAITING_SHARE = 0.2
const CPU_MARGIN = 1.1
/** Factor for usage that a limit holds back: it is unknown how much higher it would be. */
const UNHEARD_OF = 1.5
/** Memory is about to reach its limit if it would do so within this time, and already uses most of the limit. */
const RACE_SECONDS = 600
const RACE_FROM_SHARE = 0.7
/** At the current rate of growth, a raise of memory must last this long. */
const RAISE_LASTS_SECONDS = 1200
const MEMORY_MARGIN = 1.25

/**
 * CPU that a container lacks: for half a minute, its limit held it back, it used more than it requested on a busy node, or its threads
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

/** The pressure whose relief also relieves the other, for two containers of the same name. */
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

/** The samples of the last minutes, if they cover enough time to judge. */
function sustained(samples: readonly PressureSample[], nowSeconds: number): readonly PressureSample[] | undefined {
  const fresh = samples.filter(({ timestampSeconds }) => nowSeconds - timestampSeconds <= FRESH_SECONDS)
  const newest = fresh.at(-1)?.timestampSeconds ?? 0
  // The shortest run of the newest samples that is long enough: earlier samples no longer matter.
  const start = fresh.findLastIndex(({ timestampSeconds }) => newest - timestampSeconds >= SUSTAINED_SECONDS)
  return start < 0 ? undefined : fresh.slice(start)
}

function nanosOf(amount: number): Nanos {
  return BigInt(Math.round(amount * 1000)) * 1_000_000n
}
