import type { Counts, Ended } from './suite.ts'

const CLOSING = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm
/** The name of a failed test, and the first line of its error. */
const FAILED = /^✖ (.+)(?:\n +(\S.*))?$/gm
const SKIPPED = /^skipped (.+)$/gm

/**
 * What became of a suite, from its exit code and what test/reporter.ts printed. A test runner that fails without a failed test
 * has crashed, and one that found no test guards nothing: both have failed.
 */
export function readOutcome(
  exitCode: number | null,
  output: string,
): Pick<Ended, 'status' | 'counts' | 'failedTests' | 'skippedTests'> {
  const [, ...closing] = [...output.matchAll(CLOSING)].at(-1) ?? []
  const [passed = exitCode === 0 ? 1 : 0, failed = 0, skipped = 0] = closing.map((count) => Number(count ?? 0))
  const ok = exitCode === 0 && failed === 0 && passed + skipped > 0
  const counts: Counts = { passed, failed: ok ? 0 : Math.max(1, failed), skipped }
  const named = (pattern: RegExp) =>
    [...output.matchAll(pattern)].map(([, name, error]) => (error ? `${name}: ${error.trim()}` : name!))
  return {
    status: ok ? 'passed' : 'failed',
    counts,
    failedTests: ok ? [] : named(FAILED),
    skippedTests: named(SKIPPED),
  }
}
