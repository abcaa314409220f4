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

  test('names the tests that failed with their errors on one line, and those that were skipped', () => {
    const output =
      '\n✖ a is b  (test/a.test.ts)\n    not so:\n\n    + a\n    - b\n\nskipped c: no root\n\n5 passed, 1 failed, 1 skipped\n'
    const { failedTests, skippedTests } = readOutcome(1, output.replace(':\n\n', ':\n    \n'))
    assert.deepEqual([failedTests, skippedTests], [['a is b  (test/a.test.ts): not so: + a - b'], ['c: no root']])
  })

  test('cuts a long error', () => {
    const { failedTests } = readOutcome(1, `✖ a\n    ${'x'.repeat(5000)}\n\n0 passed, 1 failed\n`)
    assert.equal(failedTests[0]!.length, 'a: '.length + 1000 + ' …'.length)
  })

  test('has the end of the output of a command that is no test runner', () => {
    assert.deepEqual(readOutcome(1, 'case 3\nof seed 1 failed\n').failedTests, [
      'its output ends: case 3 of seed 1 failed',
    ])
    assert.deepEqual(readOutcome(0, 'case 3\n').failedTests, [])
  })
})
