import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ExperimentStatus } from '../../src/api/index.ts'
import type { Time } from '../../src/clock/index.ts'
import { followExperiment } from '../../src/experiment-client/index.ts'
import { FINISHED } from './finished.ts'

/** Time that passes as soon as somebody waits. */
const time: Time = {
  now: () => 0,
  elapsed: () => 0,
  random: () => 0.5,
  after: (_, action) => {
    setImmediate(action)
    return () => {}
  },
}

async function follow(answers: (ExperimentStatus | Error | undefined)[]): Promise<string[]> {
  const seen: string[] = []
  const read = async () => {
    const answer = answers.shift()
    if (answer instanceof Error) throw answer
    return answer
  }
  for await (const { status, ended, isNewPhase } of followExperiment(read, { time }))
    seen.push(`${isNewPhase ? status.phase : '-'} ${ended.map(({ number }) => number).join()}`)
  return seen
}

const trials = FINISHED.status.trials!

describe('following an experiment', () => {
  it('shows each trial once, and ends with the experiment', async () => {
    const seen = await follow([
      {},
      { phase: 'Running' },
      { phase: 'Running', trials: trials.slice(0, 1) },
      { phase: 'Running', trials: trials.slice(0, 1) },
      { phase: 'Restoring', trials: trials.slice(0, 3) },
      { phase: 'Completed', trials: trials.slice(0, 4) },
      { phase: 'Completed', trials },
    ])
    assert.deepEqual(seen, ['- ', 'Running ', '- 1', '- ', 'Restoring 2,3', 'Completed 4'])
  })

  it('ends when the experiment is deleted', async () => {
    assert.deepEqual(await follow([{ phase: 'Running' }, undefined, { phase: 'Running' }]), ['Running '])
  })

  it('continues after the API server was away, but does not wait for ever', async () => {
    const away = () => new Error('away')
    const some = Array.from({ length: 10 }, away)
    assert.deepEqual(await follow([{ phase: 'Running' }, ...some, { phase: 'Completed' }]), ['Running ', 'Completed '])
    await assert.rejects(follow([{ phase: 'Running' }, ...Array.from({ length: 100 }, away)]), /away/)
  })
})
