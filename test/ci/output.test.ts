import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readOutcome } from '../../scripts/ci/output.ts'

const read = (exitCode: number | null, output: string) => {
  const { status, counts } = readOutcome(exitCode, output)
  return [status, counts.passed, counts.failed, counts.skipped]
}

describe('what became of a suite', () => {
  test('is read from the closing line of its tests, the last one where it has several', () => {
    assert.deepEqual(read(0, '\n12 passed, 0 failed\n'), ['passed', 12, 0, 0])
    assert.deepEqual(read(0, '1 passed, 0 failed\n\n7 passed, 0 failed, 3 skipped\n'), ['passed', 7, 0, 3])
    assert.deepEqual(read(1, '5 passed, 2 failed\n'), ['failed', 5, 2, 0])
  })

  test('is failure when the process failed, though no test did, and when no test was found', () => {
    assert.deepEqual(read(1, '5 passed, 0 failed\n'), ['failed', 5, 1, 0])
    assert.deepEqual(read(null, '5 passed, 0 failed\n'), ['failed', 5, 1, 0])
    assert.deepEqual(read(0, '0 passed, 0 failed\n'), ['failed', 0, 1, 0])
    assert.deepEqual(read(0, '5 passed, 1 failed\n'), ['failed', 5, 1, 0])
  })

  test('is success when every test was skipped', () => {
    assert.deepEqual(read(0, '0 passed, 0 failed, 4 skipped\n'), ['passed', 0, 0, 4])
  })

  test('of a command that is no test runner is its exit code', () => {
    assert.deepEqual(read(0, 'Checked 800 files.\n'), ['passed', 1, 0, 0])
    assert.deepEqual(read(2, 'x.ts: an error; 3 passed, 0 failed in a sentence\n'), ['failed', 0, 1, 0])
  })

  test('names the tests that failed with the first line of their errors, and those that were skipped', () => {
    const output = '\n✖ a is b  (test/a.test.ts)\n    not so\n\nskipped c: no root\n\n5 passed, 1 failed, 1 skipped\n'
    const { failedTests, skippedTests } = readOutcome(1, output)
    assert.deepEqual([failedTests, skippedTests], [['a is b  (test/a.test.ts): not so'], ['c: no root']])
  })
})
