import type { EnvironmentVariable, PodContainer } from '../policy/index.ts'

/** What the command line and the environment of a container set for memory and threads. */
export interface Heap {
  /** Largest heap that is set for a JVM, Node or .NET, in bytes. */
  readonly heapBytes?: bigint | undefined
  /** Value of GOMEMLIMIT in bytes. */
  readonly goBytes?: bigint | undefined
  /** Value of GOMAXPROCS. */
  readonly goThreads?: bigint | undefined
  /** The amount of which the heap is a share: the container's memory request or limit. */
  readonly follows?: 'request' | 'limit' | undefined
  /** The CPU value by which the program sizes its pools when it starts. JVM and .NET use the limit. */
  readonly pools?: 'request' | 'limit' | undefined
}

/** Maximum text of a container. Anyone may write a Pod. A container with more text is not read at all, because a part could mislead. */
const MAX_CHARACTERS = 128 * 1024
/** Cost of a word or a variable in addition to its characters. */
const CHARACTERS_PER_ITEM = 16

/** @returns the settings, an empty object for most containers; undefined if the text is too long to read */
export function readHeap({ command, args, env }: PodContainer): Heap | undefined {
  const [words, variables] = [[...listOf(command), ...listOf(args)], listOf(env)]
  if (charactersOf(words, variables) > MAX_CHARACTERS) return undefined
  const found = new Findings()
  const texts = words.filter((word) => typeof word === 'string')
  const [program] = texts
  if (program !== undefined) {
    const line = texts.join(' ')
    found.readProgram(program, line)
    found.readOptions(line)
  }
  for (const variable of variables) found.readVariable(variable)
  return found.conclude()
}

function charactersOf(words: readonly unknown[], variables: readonly (EnvironmentVariable | null)[]): number {
  const lengthOf = (text: unknown) => (typeof text === 'string' ? text.length : 0)
  const texts = [...words, ...variables.map((variable) => variable?.value)]
  return texts.reduce<number>((sum, text) => sum + lengthOf(text) + CHARACTERS_PER_ITEM, 0)
}

function listOf<T>(list: readonly T[] | null | undefined): readonly T[] {
  return Array.isArray(list) ? list : []
}

/** Environment variables that the JVM itself reads, however it is started. */
const JVM_VARIABLES = new Set(['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', '_JAVA_OPTIONS'])
const JAVA = /(?:^|[\s;&|/"'(])java\s+[-@]/
const DOTNET = /(?:^|[\s;&|/"'(])dotnet\s+[^\s]+\.dll/
const JVM_HEAP = /-(?:Xmx|XX:MaxHeapSize=)(\d{1,15})([kKmMgGtT]?)(?![\w.$])/g
const JVM_SHARE = /-XX:MaxRAM(?:Percentage|Fraction)=/
const NODE_HEAP = /--max[-_]old[-_]space[-_]size[=\s](\d{1,12})(?![\w.$])/g
/** The number of CPUs that a flag of the JVM sets. */
const JVM_PROCESSORS = /-XX:ActiveProcessorCount=[1-9]/
const NET_SETTINGS = /^(?:DOTNET|COMPlus)_/
const NET_PROCESSORS = /^(?:DOTNET|COMPlus)_PROCESSOR_COUNT$/
const NODE_SHARE = /--max[-_]old[-_]space[-_]size[-_]percentage[=\s]/
const GO_MEMORY = /^0*([1-9]\d{0,17})(B|KiB|MiB|GiB|TiB)?$/
const GO_THREADS = /^[1-9]\d{0,5}$/
const NET_HEAP = /^(?:DOTNET|COMPlus)_GCHeapHardLimit$/
const NET_SHARE = /^(?:DOTNET|COMPlus)_GCHeapHardLimitPercent$/
/** A hexadecimal number, with or without 0x, as .NET reads its settings. */
const HEXADECIMAL = /^(?:0[xX])?([0-9a-fA-F]{1,15})$/

const POWERS: Readonly<Record<string, bigint>> = {
  '': 0n,
  B: 0n,
  k: 1n,
  m: 2n,
  g: 3n,
  t: 4n,
  K: 1n,
  M: 2n,
  G: 3n,
  T: 4n,
}

class Findings {
  #heapBytes: bigint | undefined
  #goBytes: bigint | undefined
  #goThreads: bigint | undefined
  #isJvm = false
  #isNet = false
  #sharesLimit = false
  #sharesRequest = false
  #hasProcessors = false
  /** Whether there are settings of a JVM or of .NET, although the program itself is not visible. */
  #hasSettings = false
  #pools: 'request' | 'limit' | undefined

  readProgram(first: string, line: string): void {
    const program = first.slice(first.lastIndexOf('/') + 1)
    if (program === 'java' || JAVA.test(line)) this.#isJvm = true
    if (program === 'dotnet' || DOTNET.test(line)) this.#isNet = true
  }

  readOptions(text: string): void {
    if (text.includes('-X')) {
      if (text.includes('-Xmx') || text.includes('MaxHeapSize')) {
        this.#isJvm = true
        for (const [, number, unit] of text.matchAll(JVM_HEAP)) this.#heap(scaled(number!, unit!))
      }
      if (JVM_SHARE.test(text)) this.#isJvm = true
      if (text.includes('-XX:')) this.#hasSettings = true
      if (JVM_PROCESSORS.test(text)) this.#hasProcessors = true
    }
    // Stryker disable next-line ConditionalExpression,StringLiteral: only saves time, because both patterns begin like this
    if (text.includes('--max')) {
      for (const [, mebibytes] of text.matchAll(NODE_HEAP)) this.#heap(scaled(mebibytes!, 'm'))
      if (NODE_SHARE.test(text)) this.#sharesLimit = true
    }
  }

  readVariable(variable: EnvironmentVariable | null): void {
    if (typeof variable?.name !== 'string') return
    const { name, value, valueFrom } = variable
    const resource = valueFrom?.resourceFieldRef?.resource
    if (resource === 'limits.memory') this.#sharesLimit = true
    if (resource === 'requests.memory') this.#sharesRequest = true
    if (resource === 'limits.cpu') this.#pools ??= 'limit'
    if (resource === 'requests.cpu') this.#pools = 'request'
    if (JVM_VARIABLES.has(name)) this.#isJvm = true
    if (NET_SETTINGS.test(name)) this.#hasSettings = true
    if (typeof value !== 'string') return
    if (name === 'GOMEMLIMIT') this.#goBytes = goBytesOf(value)
    else if (name === 'GOMAXPROCS') this.#goThreads = GO_THREADS.test(value) ? BigInt(value) : undefined
    else if (NET_HEAP.test(name)) this.#heap(hexadecimal(value))
    else if (NET_PROCESSORS.test(name)) this.#hasProcessors = true
    else if (NET_SHARE.test(name)) this.#sharesLimit = true
    else this.readOptions(value)
  }

  conclude(): Heap {
    // A JVM without a fixed heap takes a quarter of the limit, .NET three quarters.
    const sharesByDefault = (this.#isJvm || this.#isNet) && this.#heapBytes === undefined
    const sharesLimit = this.#sharesLimit || sharesByDefault
    const isManaged = this.#isJvm || this.#isNet || this.#hasSettings
    return {
      heapBytes: this.#heapBytes,
      goBytes: this.#goBytes,
      goThreads: this.#goThreads,
      follows: sharesLimit ? 'limit' : this.#sharesRequest ? 'request' : undefined,
      pools: this.#pools ?? (isManaged && !this.#hasProcessors ? 'limit' : undefined),
    }
  }

  #heap(bytes = 0n): void {
    // Both programs read zero as "no fixed heap".
    if (bytes > (this.#heapBytes ?? 0n)) this.#heapBytes = bytes
  }
}

function scaled(number: string, unit: string): bigint {
  return BigInt(number) * 1024n ** POWERS[unit]!
}

function goBytesOf(value: string): bigint | undefined {
  const match = GO_MEMORY.exec(value)
  return match ? scaled(match[1]!, (match[2] ?? 'B')[0]!) : undefined
}

function hexadecimal(value: string): bigint | undefined {
  const match = HEXADECIMAL.exec(value)
  return match ? BigInt(`0x${match[1]}`) : undefined
}
