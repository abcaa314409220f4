/**
 * What instrumented code calls. StrykerJS's own helpers count each statement that runs, in dictionaries, during the runs
 * with a mutant too: the learner's tests took 18 times as long with them, and take twice as long with these.
 */
interface Helpers {
  /** The mutant that is planted, or -1. */
  active: number
  /** Asked where `active` is the mutant, each time its code runs: true, or throws when it is in a loop that never ends. */
  hit(): true
  /** How often the code of each mutant has run; undefined when nobody wants to know. */
  counts: Uint32Array | undefined
}

/** More than any folder has. */
const MUTANTS = 100_000
/** A test may take this many times the CPU time that it took without a mutant, and some for what is new to the JIT. */
const CPU_FACTOR = 5
const CPU_MILLISECONDS = 1_000

let hits = 0
let hitLimit = Number.POSITIVE_INFINITY
let cpuLimit = Number.POSITIVE_INFINITY
let endless = false

const helpers: Helpers = {
  active: -1,
  hit() {
    hits++
    endless ||= hits > hitLimit || (hits % 1_000 === 0 && cpuMilliseconds() > cpuLimit)
    if (endless) throw new Error('The mutant makes a loop that does not end')
    return true
  },
  counts: undefined,
}
Object.assign(globalThis, { mutationHelpers: helpers })

/** CPU time of this process so far: other than the clock, it does not depend on what else the machine does. */
export function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** Begins to count what code runs. */
export function startCounting(): void {
  helpers.counts = new Uint32Array(MUTANTS)
}

/** How often the code of each mutant has run since the last call, or since counting began. Counting continues. */
export function takeCounts(): Record<number, number> {
  const taken: Record<number, number> = {}
  helpers.counts!.forEach((times, mutant) => {
    if (times > 0) taken[mutant] = times
  })
  helpers.counts!.fill(0)
  return taken
}

export function stopCounting(): void {
  helpers.counts = undefined
}

/** Plants a mutant, whose code may run `limit` times. */
export function activate(mutant: number, limit = Number.POSITIVE_INFINITY): void {
  helpers.active = mutant
  hits = 0
  hitLimit = limit
  endless = false
}

/** Limits the CPU time from now on by what was needed without a mutant. */
export function limitCpu(usualMilliseconds: number): void {
  cpuLimit = cpuMilliseconds() + CPU_FACTOR * usualMilliseconds + CPU_MILLISECONDS
}

/** Takes the mutant away; true when it made a loop that does not end. */
export function deactivate(): boolean {
  helpers.active = -1
  cpuLimit = Number.POSITIVE_INFINITY
  return endless
}

const HEAD = /function stryNS_\w+\(\) \{\n.*?\n {2}stryMutAct_\w+ = isActive;\n {2}return isActive\(id\);\n\}\n/s

/** Instrumented source, with its helpers replaced. */
export function withFastHelpers(source: string): string {
  if (!source.includes('stryMutAct_')) return source
  const fast = source
    .replace(HEAD, 'const stry = globalThis.mutationHelpers;\n')
    .replaceAll(/stryMutAct_\w+\("(\d+)"\)/g, '(stry.active === $1 && stry.hit())')
    .replaceAll(
      /stryCov_\w+\(([\d", ]+)\)/g,
      (_, ids: string) => `(stry.counts && (${ids.replaceAll(/"(\d+)"/g, 'stry.counts[$1]++')}))`,
    )
  if (/stry(?:NS|MutAct|Cov)_/.test(fast))
    throw new Error('This StrykerJS instruments code in a way that is unknown here')
  return fast
}
