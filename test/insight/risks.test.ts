import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ContainerFacts } from '../../src/insight/index.ts'
import { RISK_CODES } from '../../src/insight/risk-codes.ts'
import { ASKED, GIB, learned, MIB, ofContainer, usage } from './made.ts'

/** `severity says → act` of each risk. */
function told(facts: Partial<ContainerFacts>): string[] {
  return ofContainer(facts).risks.map(({ severity, says, act }) => `${severity}: ${says} → ${act}`)
}

const calm = usage([[1, 0.5, GIB / 2]])

describe('a container', () => {
  test('that keeps within what it asked for has no risk', () => assert.deepEqual(told({ usage: calm }), []))

  test('of which nothing is known has none either', () => {
    const { risks } = ofContainer({})
    assert.deepEqual(risks, [])
    assert.deepEqual(told({ now: undefined as never, author: undefined as never, usage: calm }), [])
  })

  test('that was OOM-killed should have the limit that was learned', () => {
    const what = 'high: app was OOM-killed 2 times under its limit of 2Gi. → '
    assert.deepEqual(told({ oomKills: 2 }), [`${what}Raise its memory limit, or find out what made it grow.`])
    assert.deepEqual(told({ oomKills: 2, learned: { balanced: learned('1', '3Gi') } }), [
      `${what}Raise its memory limit to 3Gi, as was learned.`,
    ])
    assert.deepEqual(told({ oomKills: 2, learned: { balanced: learned('1', '1Gi') } }), [
      `${what}Raise its memory limit, or find out what made it grow.`,
    ])
    assert.match(told({ oomKills: 1, restarts: 1 })[0]!, /app was OOM-killed once under/)
    assert.match(told({ oomKills: 1, restarts: 13 })[0]!, /app was OOM-killed at least once in 13 restarts under/)
    assert.deepEqual(told({ oomKills: 0 }), [])
  })

  test('that was OOM-killed at a limit that has since been raised is reported with both limits', () => {
    const author = { cpu: { request: 1 }, memory: { request: GIB, limit: GIB } }
    assert.deepEqual(told({ oomKills: 13, author }), [
      'medium: app was OOM-killed 13 times; its memory limit has since been raised from 1Gi to 2Gi. → Check whether the kills continue.',
    ])
  })

  test('whose memory comes near its limit is at risk by how near', () => {
    const peakOf = (share: number) =>
      usage([
        [0.999, 0.5, GIB / 2],
        [0.001 + 1 / 336, 0.5, share * 2 * GIB],
      ])
    const severities = [0.84, 0.85, 0.94, 0.95, 1].map((share) => {
      const found = ofContainer({ usage: peakOf(share) }).risks.find(({ code }) => code === 'AtLimit')
      return found?.severity
    })
    assert.deepEqual(severities, [undefined, 'medium', 'medium', 'high', 'high'])
    assert.match(
      told({ usage: peakOf(0.96) })[0]!,
      /^high: Memory of app has reached 96 % of its limit: 1\.92Gi of 2Gi\./,
    )
    // Under another limit, or in an OOM kill, which counts as more than the limit.
    assert.match(
      told({ usage: peakOf(2) })[0]!,
      /^high: app has needed up to 4Gi of memory, more than its limit of 2Gi\./,
    )
  })

  test('that grows has the days until its limit counted, at the pace of its growth', () => {
    const leaking = (perDay: string) => {
      const spread = { p50: '512Mi', p95: '512Mi', p99: '512Mi', peak: '512Mi' }
      const evidence = {
        ...{ from: '2026-03-17T00:00:00Z', to: '2026-03-31T00:00:00Z', samples: 336 },
        memory: { ...spread, leak: { perDay, daysLeft: 99 } },
      }
      return { usage: calm, learned: { balanced: learned('1', '1Gi', { evidence }) } }
    }
    // From 512Mi to the limit of 2Gi in force, not to the one that was learned.
    const cases = {
      '300Mi': ['high', 5],
      '100Mi': ['medium', 15],
      '20Mi': ['low', 76],
      '10Mi': [undefined, 153],
    } as const
    for (const [perDay, [severity, days]] of Object.entries(cases)) {
      const its = ofContainer(leaking(perDay))
      assert.deepEqual(its.risks.find(({ code }) => code === 'LimitAhead')?.severity, severity, perDay)
      assert.deepEqual(its.containers[0]!.memoryBytes.growth?.daysLeft, days)
    }
    assert.deepEqual(told(leaking('300Mi')), [
      'high: Memory of app grows by 300Mi a day and reaches its limit of 2Gi in 5 days. → Look for a leak; until it is found, restart it or raise the limit.',
    ])
    assert.match(told(leaking('1536Mi'))[0]!, /in 1 day\./)
    assert.match(told(leaking('2Gi'))[0]!, /within a day\./)
    const unlimited = { ...ASKED, memory: { request: GIB } }
    assert.deepEqual(told({ ...leaking('300Mi'), now: unlimited }), [])
    assert.deepEqual(ofContainer({ ...leaking('300Mi'), now: unlimited }).containers[0]!.memoryBytes.growth, {
      perDay: 300 * MIB,
    })
  })

  test('that is throttled is at risk by how much of the time', () => {
    const severity = (throttledShare: number) => ofContainer({ throttledShare }).risks[0]?.severity
    assert.deepEqual([0.009, 0.01, 0.05, 0.25].map(severity), [undefined, 'low', 'medium', 'high'])
    assert.deepEqual(told({ throttledShare: 0.052 }), [
      'medium: app was throttled at its CPU limit of 2 in 5.2 % of its CPU periods. → Raise or remove its CPU limit: requests already guarantee its neighbours their CPU.',
    ])
  })

  test('that uses more than it asked for is at risk by how often', () => {
    const cpu = (share: number) =>
      ofContainer({
        usage: usage([
          [1 - share, 0.5, MIB],
          [share, 1.5, MIB],
        ]),
      }).risks[0]
    assert.deepEqual(
      [0.04, 0.06, 0.12, 0.5].map((share) => cpu(share)?.severity),
      [undefined, 'low', 'medium', 'high'],
    )
    const memory = (share: number) =>
      ofContainer({
        usage: usage([
          [1 - share, 0.5, MIB],
          [share, 0.5, 1.1 * GIB],
        ]),
      }).risks[0]
    assert.deepEqual(
      [0.004, 0.01, 0.06, 0.5].map((share) => memory(share)?.severity),
      [undefined, 'low', 'medium', 'high'],
    )
    const its = {
      usage: usage([
        [0.75, 0.5, MIB],
        [0.25, 1.5, MIB],
      ]),
      learned: { balanced: learned('1600m', '64Mi') },
    }
    assert.deepEqual(told(its), [
      'medium: app uses more CPU than its request of 1 in 25 % of the samples: on a full node it gets less. → Raise the request to 1.6, as was learned.',
    ])
  })

  test('exactly at its request is not above it', () => {
    assert.deepEqual(told({ usage: usage([[1, 1, GIB]]) }), [])
  })

  test('a container without requests is evicted first, and one with one of the two is reported with the missing one', () => {
    const none = { cpu: {}, memory: {} }
    assert.match(told({ now: none })[0]!, /^high: app requests no CPU and no memory: /)
    assert.match(told({ now: { ...ASKED, cpu: {} } })[0]!, /^medium: app requests no CPU: /)
    assert.match(told({ now: { ...ASKED, memory: { request: 0 } } })[0]!, /^medium: app requests no memory: /)
  })

  test('that keeps failing is listed right after OOM kills, and the worst risk comes first', () => {
    const { risks } = ofContainer({
      isCrashing: true,
      restarts: 17,
      oomKills: 1,
      throttledShare: 0.02,
      now: { ...ASKED, cpu: {} },
    })
    assert.deepEqual(
      risks.map(({ code, severity }) => `${severity} ${code}`),
      ['high OomKills', 'high Crashing', 'medium NoRequest', 'low Throttled'],
    )
    assert.match(risks[1]!.says, /keeps failing and restarting, 17 times so far\./)
    assert.ok(risks.every(({ code }) => RISK_CODES.includes(code)))
  })
})
