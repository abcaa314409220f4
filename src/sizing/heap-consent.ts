import type {
  DecisionRecord,
  EnvironmentVariable,
  HeapConsent,
  HeapConsents,
  PodContainer,
  PodSlot,
  ReasonCode,
  Runtime,
} from '../policy/index.ts'
import { type Allotment, isObject, type Nanos } from '../resources/index.ts'
import type { HeapVariable, ResourceDecision } from './decision.ts'
import { readHeap } from './heap.ts'

interface How {
  readonly variable: string
  /** Matches settings by which an author already sets the heap, in the command line or in any variable. */
  readonly written: RegExp
  /** Value of the variable for a memory limit in bytes; undefined if there is no room for a heap. */
  valueOf(percent: number, limitBytes: bigint): string | undefined
  /** A variable that shows the decision that the heap follows the limit, for any limit. */
  followingLimit(percent: number): EnvironmentVariable
}

const MEBIBYTE = 2n ** 20n
/** Smallest heap that is set: programs of these runtimes hardly start with less. */
const LEAST_MEBIBYTES = 16n
/** V8's young generation, code and buffers are outside the old generation, and need this much even if it is small. */
const LEAST_BESIDE_NODE_MEBIBYTES = 32n

const mebibytesOf = (percent: number, limitBytes: bigint) => (limitBytes * BigInt(percent)) / 100n / MEBIBYTE

/** Flags that all supported versions of a runtime accept, and that older versions ignore. */
const RUNTIMES: Readonly<Record<Runtime, How>> = {
  jvm: {
    variable: 'JAVA_TOOL_OPTIONS',
    written: /-Xmx|-XX:[+-]?(?:MaxHeapSize|MaxRAM|UseCGroupMemoryLimitForHeap)/,
    // Java 8 to 12 take only a number with a decimal point.
    valueOf: (percent) => `-XX:+IgnoreUnrecognizedVMOptions -XX:MaxRAMPercentage=${percent}.0`,
    followingLimit(percent) {
      return { name: this.variable, value: this.valueOf(percent, 0n)! }
    },
  },
  node: {
    variable: 'NODE_OPTIONS',
    written: /--max[-_]old[-_]space[-_]size/,
    valueOf(percent, limitBytes) {
      const mebibytes = mebibytesOf(percent, limitBytes)
      const isEnough = mebibytes >= LEAST_MEBIBYTES && limitBytes / MEBIBYTE - mebibytes >= LEAST_BESIDE_NODE_MEBIBYTES
      return isEnough ? `--max-old-space-size=${mebibytes}` : undefined
    },
    // Node.js 20 refuses this flag, so it is never written to a Pod.
    followingLimit: (percent) => ({ name: 'NODE_OPTIONS', value: `--max-old-space-size-percentage=${percent}` }),
  },
  go: {
    variable: 'GOMEMLIMIT',
    written: /GOMEMLIMIT/,
    valueOf(percent, limitBytes) {
      const mebibytes = mebibytesOf(percent, limitBytes)
      return mebibytes >= LEAST_MEBIBYTES ? `${mebibytes}MiB` : undefined
    },
    followingLimit: () => ({ name: 'GOMEMLIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.memory' } } }),
  },
}

/** Plan for the heap of one container, before its values are decided. */
export interface HeapPlan {
  /** The container for which values are decided: its heap follows the limit if it gets a heap or already has one from Plimsoll. */
  readonly container: PodContainer
  /** Consent to carry out. */
  readonly consent?: HeapConsent
  /** A variable that an earlier decision has set. */
  readonly kept?: HeapVariable
  /** Why the consent is not carried out. */
  readonly reason?: ReasonCode
}

/**
 * Plans the heap of one container: a SizingPolicy may have consented to set it, or an earlier decision has set it. Nothing that an author
 * wrote is changed.
 *
 * @param author the author's memory
 * @param earlier the record of an earlier decision
 * @param refused containers whose decided memory leaves no room for a heap
 */
export function planHeap(
  { name, container }: Pick<PodSlot, 'name' | 'container'>,
  author: Allotment | 'invalid',
  earlier: DecisionRecord | undefined,
  consents: HeapConsents | undefined,
  refused: ReadonlySet<string> = new Set(),
): HeapPlan {
  const kept = earlierVariable(name, container, earlier)
  if (kept) return { container: following(container, kept.runtime, kept.percent), kept: kept.variable }
  const consent = consents?.get(name)
  if (!consent || readHeap(container) === undefined) return { container }
  const { runtime, percent } = consent
  if (isWritten(container, RUNTIMES[runtime])) return { container, reason: 'HeapSetByAuthor' }
  if (hasEnvFrom(container)) return { container, reason: 'HeapVariablesUnknown' }
  if (author === 'invalid' || !author.limit || refused.has(name)) return { container, reason: 'HeapWithoutLimit' }
  if (RUNTIMES[runtime].valueOf(percent, bytesOf(author.limit)) === undefined)
    return { container, reason: 'HeapWithoutLimit' }
  // If an earlier decision set no heap, none is set now: the values were chosen without one.
  if (earlier) return { container }
  return { container: following(container, runtime, percent), consent }
}

/** Reasons why a container keeps its heap: Plimsoll may not change its memory. */
const NOT_OURS: readonly ReasonCode[] = [
  'AuthorLimitZero',
  'AuthorValueInvalid',
  'ChangedAfterPlimsoll',
  'ContainerIgnored',
  'NotInAppliedRevision',
  'ProgramUnreadable',
]

/** The variable that a container has after the decision on its memory, and the reasons to report. */
export function concludeHeap(
  name: string,
  { kept, consent, reason }: HeapPlan,
  { final, reasons }: Pick<ResourceDecision, 'final' | 'reasons'>,
): { readonly variable?: HeapVariable; readonly reasons: readonly ReasonCode[] } {
  if (kept) return { variable: kept, reasons: ['HeapSet'] }
  if (reasons.some((code) => NOT_OURS.includes(code))) return { reasons: [] }
  if (!consent) return { reasons: reason ? [reason] : [] }
  const how = RUNTIMES[consent.runtime]
  // Bounds may have lowered the limit, and quotas may have prevented the planned raise.
  const value = final.limit && how.valueOf(consent.percent, bytesOf(final.limit))
  if (!value) return { reasons: [] }
  const because = `${how.variable}=${value}: ${consent.runtime} ${consent.percent}% ${undoing(name, consent)}`
  return { variable: { name: how.variable, value, because, isNew: true }, reasons: ['HeapSet'] }
}

function undoing(name: string, { policy, runtime }: HeapConsent): string {
  return `of the memory limit, as SizingPolicy ${policy} allows. To undo it, remove ${name} from its spec.runtimes.${runtime}.containers and restart the workload.`
}

const RECORDED = /^([A-Z_]+)=(.*): (jvm|node|go) ([1-9]\d)% of the memory limit,/

/** The variable that an earlier decision has set, if the container still has it. Anybody can write a record. */
function earlierVariable(name: string, { env }: PodContainer, earlier: DecisionRecord | undefined) {
  const variables: unknown = earlier?.variables
  const because = isObject(variables) && Object.hasOwn(variables, name) ? variables[name] : undefined
  if (typeof because !== 'string') return undefined
  const [, variable, value, runtime, percent] = RECORDED.exec(because) ?? []
  if (RUNTIMES[runtime as Runtime]?.variable !== variable) return undefined
  if (!listOf(env).some((one) => one?.name === variable && one?.value === value)) return undefined
  return {
    runtime: runtime as Runtime,
    percent: Number(percent),
    variable: { name: variable!, value: value!, because, isNew: false },
  }
}

/** Names of the containers of a Pod whose heap an earlier decision has set. */
export function setHeaps(
  slots: readonly Pick<PodSlot, 'name' | 'container'>[],
  record: DecisionRecord | undefined,
): ReadonlySet<string> {
  if (record?.variables === undefined) return NONE
  return new Set(slots.flatMap(({ name, container }) => (earlierVariable(name, container, record) ? [name] : [])))
}

const NONE: ReadonlySet<string> = new Set()

function following(container: PodContainer, runtime: Runtime, percent: number): PodContainer {
  const { variable, followingLimit } = RUNTIMES[runtime]
  const others = listOf(container.env).filter((one) => one?.name !== variable)
  return { ...container, env: [...others, followingLimit.call(RUNTIMES[runtime], percent)] }
}

function isWritten({ command, args, env }: PodContainer, { variable, written }: How): boolean {
  const variables = listOf(env)
  const texts: unknown[] = [...listOf(command), ...listOf(args), ...variables.map((one) => one?.value)]
  return (
    variables.some((one) => one?.name === variable) ||
    texts.some((text) => typeof text === 'string' && written.test(text))
  )
}

function hasEnvFrom({ envFrom }: PodContainer): boolean {
  return envFrom !== undefined && envFrom !== null && !(Array.isArray(envFrom) && envFrom.length === 0)
}

function listOf<T>(list: readonly T[] | null | undefined): readonly T[] {
  return Array.isArray(list) ? list : []
}

function bytesOf(nanos: Nanos): bigint {
  return nanos / 1_000_000_000n
}
