import type { PodClass, Problem } from './problem.ts'

/** Number of variables up to which the relaxation is solved as it is: some tenths of a second. */
const MOST_VARIABLES = 3000

/**
 * The problem with similar classes merged into one that demands the mean, so that the relaxation stays small. Its prices are almost
 * those of the problem; a bound is computed from them with the classes as they are.
 */
export function merged(problem: Problem): Merged {
  const same = { problem, of: [...problem.classes.keys()] }
  if (variables(problem) <= MOST_VARIABLES) return same
  const traits = problem.classes.map(traitsOf)
  for (let steps = 64; steps >= 0.25; steps /= 2) {
    const groups = [...Map.groupBy(problem.classes.keys(), (c) => similarity(traits[c]!, steps)).values()]
    const classes = groups.map((its) => mean(its.map((c) => problem.classes[c]!)))
    if (variables({ classes }) > MOST_VARIABLES && steps > 0.5) continue
    for (const [group, its] of groups.entries()) for (const c of its) same.of[c] = group
    return { problem: { ...problem, classes }, of: same.of }
  }
  return same
}

export interface Merged {
  readonly problem: Problem
  /** Index of the merged class of each class. */
  readonly of: readonly number[]
}

function variables({ classes }: Pick<Problem, 'classes'>): number {
  return classes.reduce((sum, { kinds }) => sum + kinds.length + 1, 0)
}

/** What makes classes similar: all but demands must be the same, and demands are compared by their logarithms. */
interface Traits {
  readonly same: string
  /** Logarithm to base 2 of the demand of each resource; undefined where it is 0. */
  readonly sizes: readonly (number | undefined)[]
}

function traitsOf({ demand, kinds, owns, matches, devices }: PodClass): Traits {
  return {
    same: [kinds, owns, matches, [devices?.count, devices?.milli]].join('|'),
    sizes: Array.from(demand, (value) => (value === 0 ? undefined : Math.log2(value))),
  }
}

/** Classes with the same text are similar: the same kinds and rules, and demands within a factor of 2^(1/steps). */
function similarity({ same, sizes }: Traits, steps: number): string {
  let text = same
  for (const size of sizes) text += size === undefined ? '|' : `|${Math.round(size * steps)}`
  return text
}

function mean(classes: PodClass[]): PodClass {
  const [first] = classes
  if (classes.length === 1) return first!
  const count = classes.reduce((sum, one) => sum + one.count, 0)
  const demand = first!.demand.map((_, r) => classes.reduce((sum, one) => sum + one.demand[r]! * one.count, 0) / count)
  return { ...first!, demand, count }
}
