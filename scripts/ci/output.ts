import type { Counts, Ended } from './suite.ts'

const CLOSING = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm
/** The name of a failed test, and its error, which is indented. */
const FAILED = /^✖ (.+)((?:\n {4}.*)*)$/gm
const SKIPPED = /^skipped (.+)$/gm
/** Longest error in the list of failures at the end. The whole error is in the output of its suite, which a log may cut. */
const SHOWN_CHARACTERS = 1000

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
    [...output.matchAll(pattern)].map(([, name, error]) => (error ? `${name}: ${onOneLine(error)}` : name!))
  const failedTests = named(FAILED)
  return {
    status: ok ? 'passed' : 'failed',
    counts,
    failedTests: ok ? [] : failedTests.length > 0 ? failedTests : [`its output ends: ${onOneLine(endOf(output))}`],
    skippedTests: named(SKIPPED),
  }
}

function onOneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)} …` : line
}

function endOf(output: string): string {
  return output.slice(-SHOWN_CHARACTERS)
}
