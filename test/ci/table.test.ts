import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { State, Suite } from '../../scripts/ci/suite.ts'
import { renderReport } from '../../scripts/ci/table.ts'

const suite = (name: string): Suite => ({ name, group: 'tests', command: ['true'], minutes: 1, cores: 1 })
const passed: State = {
  ...{ status: 'passed', seconds: 187.4, cpuSeconds: 61, failedTests: [], skippedTests: [] },
  counts: { passed: 12, failed: 0, skipped: 0 },
}

describe('the report', () => {
  test('is a table of all suites, the tests that did not pass, and a closing line', () => {
    const states = new Map<string, State>([
      ['lint', { ...passed, cpuSeconds: undefined, counts: { passed: 1, failed: 0, skipped: 0 } }],
      [
        'loop',
        {
          ...{ status: 'failed', seconds: 5, cpuSeconds: 4, counts: { passed: 3, failed: 2, skipped: 1 } },
          ...{ failedTests: ['a (a.ts)', 'b (b.ts)'], skippedTests: ['c: no root'], why: 'exit code 1' },
        },
      ],
      ['scale', { status: 'not run', why: 'takes 4 min, and 74 of 75 min are over' }],
    ])
    assert.equal(
      renderReport([suite('lint'), suite('loop'), suite('scale')], states, 200),
      [
        'suite  time   CPU  passed  failed  skipped',
        'lint   3:07             1',
        'loop   0:05  0:04       3       2        1  FAILED: exit code 1',
        'scale                                       not run: takes 4 min, and 74 of 75 min are over',
        'all    3:20  0:04       4       2        1',
        '',
        'skipped in loop: c: no root',
        'failed in loop: a (a.ts)',
        'failed in loop: b (b.ts)',
        '',
        '4 passed, 2 failed, 1 skipped',
      ].join('\n'),
    )
  })

  test('has nothing but the table and the closing line when all passed', () => {
    const text = renderReport(
      [suite('a'), suite('b')],
      new Map([
        ['a', passed],
        ['b', passed],
      ]),
      60,
    )
    assert.deepEqual(text.split('\n').slice(-3), ['all    1:00  2:02      24', '', '24 passed, 0 failed'])
  })
})
