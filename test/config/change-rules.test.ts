import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secondsOf } from '../../src/api/index.ts'
import { Settings } from '../../src/config/cluster-settings.ts'
import { CHANGE_RULES } from '../../src/learner/change-rules.ts'

test('changes are as rare by default in a cluster as in a backtest', () => {
  const { aDay, lowerEvery } = Settings.parse({}).changes
  assert.deepEqual({ aDay, lowerEveryHours: secondsOf(lowerEvery) / 3600 }, CHANGE_RULES)
})
