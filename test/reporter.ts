// Quiet on success: failures in full, what was skipped and why, and one closing line.
import type { TestEvent } from 'node:test/reporters'

/** fast-check prints the whole path of a shrinking, which nobody reads. */
const LONG_LINE = /^(.{400}).+$/gm

export default async function* reporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let passed = 0
  let failed = 0
  const skipped: string[] = []
  const failures: string[] = []
  for await (const event of events) {
    if (event.type === 'test:stderr') yield event.data.message
    if (event.type === 'test:diagnostic' && process.env.PLIMSOLL_TEST_VERBOSE) yield `${event.data.message}\n`
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue
    const { name, details, skip, file } = event.data
    if (details.type === 'suite' && event.type === 'test:pass') continue
    if (skip !== undefined) skipped.push(`${name}: ${skip === true ? '(no reason given)' : skip}`)
    else if (event.type === 'test:pass') passed++
    else {
      failed++
      const error = (details as { error?: Error }).error
      const cause = error?.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : (error?.message ?? '')
      failures.push(
        `✖ ${name}  (${file ?? 'unknown file'})\n${cause.replaceAll(/^/gm, '    ').replaceAll(LONG_LINE, '$1 …')}\n`,
      )
    }
  }
  for (const failure of failures) yield `\n${failure}`
  for (const reason of skipped) yield `skipped ${reason}\n`
  yield `\n${passed} passed, ${failed} failed${skipped.length ? `, ${skipped.length} skipped` : ''}\n`
}
