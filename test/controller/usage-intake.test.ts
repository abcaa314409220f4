import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageIntake } from '../../src/controller/usage-intake.ts'
import { createLearner } from '../../src/learner/index.ts'
import type { Notice, Outbox } from '../../src/notices/index.ts'
import { createLearnerMetrics } from '../../src/telemetry/index.ts'
import { FakeTime } from '../clock/fake-time.ts'

const SIGNAL = new AbortController().signal

test('a notice is sent once when there was no usage for 15 minutes, and again only after there was some', async () => {
  const time = new FakeTime()
  const metrics = createLearnerMetrics()
  const notices: Notice[] = []
  const outbox = { put: (notice: Notice) => notices.push(notice) } as unknown as Outbox
  let isBroken = true
  const takeIn = async () => {
    if (isBroken) throw new Error('no answer')
  }
  const usage = { hasHistory: true, takeIn }
  const intake = new UsageIntake({ time, metrics, outbox, usage, learner: createLearner() })
  const fails = async (minutes: number) => {
    time.advance(minutes * 60_000)
    await assert.rejects(intake.run(SIGNAL), /no answer/)
    return notices.length
  }
  assert.deepEqual([await fails(0), await fails(14), await fails(1), await fails(60)], [0, 0, 1, 1])
  assert.match(notices[0]!.message, /15 minutes.*no answer/)
  assert.equal(await lastUsage(), 0)
  isBroken = false
  await intake.run(SIGNAL)
  assert.equal(await lastUsage(), time.now() / 1000)
  isBroken = true
  assert.deepEqual([await fails(1), await fails(14), await fails(1)], [1, 1, 2])

  async function lastUsage() {
    return (await metrics.lastUsage.get()).values[0]?.value
  }
})
