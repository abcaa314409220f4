import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ExperimentStatus, ExperimentTrial, VariedSetting } from '../../src/api/index.ts'
import { type ExperimentProposal, type NoProposal, proposeForProduction } from '../../src/experiments/index.ts'
import { parseQuantity } from '../../src/resources/index.ts'

const BEST = { 'checkout/app cpu': 0.4, 'checkout/app memory': 200 * 2 ** 20 }
const POINT = {
  configuration: BEST,
  trials: 2,
  costPerHour: 0.01,
  latencyMilliseconds: { expected: 200, low: 180, high: 220 },
  probabilityOfMeeting: 0.96,
}

describe('what an experiment proposes for production', () => {
  it('is the best configuration as it is for the workload that was tried, until a month has passed', () => {
    const proposal = accepted(propose())
    assert.deepEqual(proposal.containers, [
      {
        name: 'app',
        cpu: { request: '400m', limit: '400m', confidence: 0.96 },
        memory: { request: '200Mi', limit: '200Mi', confidence: 0.96 },
      },
    ])
    assert.equal(proposal.validUntil.toISOString(), '2026-07-01T11:00:00.000Z')
  })

  it('has CPU in proportion to the requests per replica: the upper end of what production may have', () => {
    const { containers, says } = accepted(propose({ rate: { low: 36, high: 40 } }))
    // 100 requests/s over two replicas.
    assert.equal(containers[0]?.cpu?.request, '320m')
    assert.equal(containers[0]?.memory?.request, '200Mi')
    assert.equal(says.cpu, 'x 0.80: 36 to 40 requests/s per replica, and the experiment tried 50')
  })

  it('never has less than half of the CPU that was tried', () => {
    assert.equal(accepted(propose({ rate: { low: 1, high: 2 } })).containers[0]?.cpu?.request, '200m')
  })

  it('counts replicas that the experiment varied', () => {
    const configuration = { ...BEST, 'checkout replicas': 4 }
    const status = { points: { balanced: { ...POINT, configuration } }, trials: [trial({ configuration })] }
    assert.equal(accepted(propose({ rate: { low: 19, high: 20 } }, status)).containers[0]?.cpu?.request, '320m')
  })

  it('is nothing where production has more load than was tried', () => {
    assert.deepEqual(propose({ rate: { low: 45, high: 51 } }), {
      reason: 'LoadAboveExperiment',
      message: 'it has 45 to 51 requests/s per replica, and the experiment tried 50: run it again with more load',
    })
  })

  it('is nothing where the load did not say how many requests it sent', () => {
    const trials = [trial({ loads: [] })]
    assert.equal(refused(propose({ rate: { low: 1, high: 2 } }, { trials })).reason, 'LoadUnknown')
  })

  describe('where an environment variable or an argument was varied', () => {
    const configuration = { ...BEST, GOMAXPROCS: 2 }
    const status = { points: { balanced: { ...POINT, configuration } }, trials: [trial({ configuration })] }
    const setting = { name: 'GOMAXPROCS', min: 1, max: 8, step: 1 }
    const proposed = (container: object, setting: VariedSetting) => {
      const spec = JSON.stringify({ template: { spec: { containers: [{ name: 'app', ...container }] } } })
      const originals = [{ kind: 'Deployment' as const, name: 'checkout', uid: 'u', spec }]
      return propose({}, { ...status, originals }, { vary: { settings: [setting] } })
    }

    it('is nothing where the workload states another number, or none', () => {
      const variable = { ...setting, env: 'GOMAXPROCS' }
      for (const env of [[{ name: 'GOMAXPROCS', value: '4' }], [{ name: 'GOMAXPROCS', value: 'all' }], undefined]) {
        // What it was tried with as the baseline is not what the workload states.
        const refusal = refused(proposed({ env }, { ...variable, baseline: 2 }))
        assert.equal(refusal.reason, 'SettingsDiffer')
        assert.match(refusal.message, /measured with GOMAXPROCS=2: set that in the workload/)
      }
    })

    it('names an argument as it is written', () => {
      const argument = { ...setting, arg: '-Xmx', suffix: 'g' }
      assert.match(refused(proposed({ args: ['-Xmx4g'] }, argument)).message, /measured with -Xmx2g:/)
      accepted(proposed({ args: ['-Xmx2g'] }, argument))
    })

    it('is the best configuration where the workload states the same', () => {
      accepted(proposed({ env: [{ name: 'GOMAXPROCS', value: '2' }] }, { ...setting, env: 'GOMAXPROCS' }))
    })
  })

  for (const verdict of ['noDifference', 'nothingMeetsLimits', undefined] as const)
    it(`is nothing where the verdict is ${verdict}`, () => {
      assert.equal(refused(propose({}, { verdict })).reason, 'NoBetterConfiguration')
    })

  it('is nothing where no point is sure enough for the goal of the workload', () => {
    assert.equal(refused(propose({ goal: 'reliability' })).reason, 'NoBetterConfiguration')
  })

  it('is nothing where the workload has no container that was varied', () => {
    assert.match(
      refused(propose({ containers: ['web'] })).message,
      /varied no container of this workload, which has web/,
    )
  })

  it('says up to which usage of a Pod it has seen: CPU with a tenth for samples above the mean, memory at its peak', () => {
    const usage = [{ container: 'checkout/app', cpuCores: 0.5, peakMemoryBytes: 150 * 2 ** 20 }]
    const { seenUpTo } = accepted(propose({}, { trials: [trial({ usage }), trial({ configuration: { other: 1 } })] }))
    assert.deepEqual(seenUpTo.get('app'), { cpu: parseQuantity('275m'), memory: parseQuantity('150Mi') })
  })
})

type Status = Pick<ExperimentStatus, 'verdict' | 'points' | 'trials' | 'endedAt' | 'originals'>

function propose(
  workload: Partial<Parameters<typeof proposeForProduction>[2]> = {},
  status: Partial<Status> = {},
  spec: Parameters<typeof proposeForProduction>[1]['spec'] = {},
) {
  const ended: Status = {
    verdict: 'cheaper',
    points: { balanced: POINT },
    endedAt: '2026-06-01T11:00:00Z',
    trials: [trial({})],
    originals: [{ kind: 'Deployment', name: 'checkout', uid: 'u', spec: '{"replicas":2}' }],
    ...status,
  }
  return proposeForProduction(
    'checkout',
    { spec, status: ended },
    { goal: 'balanced', containers: ['app'], ...workload },
  )
}

function trial(trial: Partial<ExperimentTrial>): ExperimentTrial {
  const latencyMilliseconds = { p50: 1, p90: 2, p95: 3, p99: 4, max: 5 }
  return {
    number: 1,
    why: 'search',
    configuration: BEST,
    outcome: 'completed',
    startedAt: '2026-06-01T10:00:00Z',
    endedAt: '2026-06-01T10:05:00Z',
    costPerHour: 0.01,
    loads: [{ load: 'peak', requests: 30_000, failed: 0, requestsPerSecond: 100, latencyMilliseconds }],
    ...trial,
  }
}

function accepted(outcome: ExperimentProposal | NoProposal): ExperimentProposal {
  assert.ok(!('reason' in outcome), JSON.stringify(outcome))
  return outcome
}

function refused(outcome: ExperimentProposal | NoProposal): NoProposal {
  assert.ok('reason' in outcome)
  return outcome
}
