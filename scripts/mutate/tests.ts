// Which test files judge the mutants of a folder.
import { globSync } from 'node:fs'

interface Judges {
  /** Without it, the tests of the module: `test/MODULE/**` for anything in `src/MODULE`. */
  readonly tests?: string
  /** Test files that take long for what they find here, or that start programs, which run without the mutant. */
  readonly without?: readonly string[]
  /** Cases of each property, as a share of what `npm test` runs; 0.1 without it. */
  readonly propertyFactor?: number
}

/** Folders and files of `src/`; the longest that matches counts. */
const JUDGES: Record<string, Judges> = {
  // The other files find what these replays of whole fleets find, in milliseconds instead of seconds.
  'src/learner': {
    without: ['footprint', 'made-fleet', 'odd-histories', 'public-trace'].map((name) => `test/learner/${name}.test.ts`),
  },
  // What each reason says is judged by the page that is made of the table.
  'src/policy': { tests: 'test/{policy/**/*,docs/reasons}.test.ts' },
  // Golden Pods and the explanation of a decision are tested with webhook and explain.
  'src/sizing': { tests: 'test/{sizing,golden,explain}/**/*.test.ts' },
  // What was read of an SLO is judged by the gate and the guard as well.
  'src/slos': { tests: 'test/{slos/**/*,controller/slo-{prices,readings},revisions/slo-*}.test.ts' },
  // Golden Pods go the webhook's whole path, from the review to the patched Pod.
  'src/webhook': {
    tests: '{test/webhook/**/*,test/golden/golden}.test.ts',
    without: ['test/webhook/drain-stream.test.ts'],
  },
}

export interface TestPlan {
  readonly files: readonly string[]
  readonly propertyFactor: number
}

/** The tests for a folder or file such as `src/kube/lease.ts`. */
export function testsFor(target: string): TestPlan {
  const matching = Object.keys(JUDGES).filter((path) => target === path || target.startsWith(`${path}/`))
  const longest = matching.toSorted((a, b) => b.length - a.length)[0]
  const [, module] = target.split('/')
  const { tests = `test/${module}/**/*.test.ts`, without = [], propertyFactor = 0.1 } = longest ? JUDGES[longest]! : {}
  const files = globSync(tests)
    .filter((file) => !without.includes(file))
    .toSorted()
  return { files, propertyFactor }
}
