import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { describeSlos } from '../../../src/commands/slo/text.ts'
import { PLAIN } from '../../../src/commands/terminal/text.ts'
import type { SloReading } from '../../../src/slos/index.ts'
import { byPod, latency, of, shared } from '../../revisions/slo-readings.ts'

const WORKLOAD = { namespace: 'shop', kind: 'Deployment', name: 'web' }
const described = (reading: Partial<SloReading>, revisions: Record<string, number | undefined> = {}) =>
  describeSlos(
    [{ workload: WORKLOAD, readings: [latency(reading)], revisions: new Map(Object.entries(revisions)) }],
    'shop',
    undefined,
    PLAIN,
  )

describe('plimsoll slo', () => {
  test('shows the share of bad requests by revision and Pod, and the rest of the budget', () => {
    const text = described(
      {
        ...byPod({ 'web-a': 0.5, 'web-b': 0.1, 'web-gone': 0.2 }),
        ...{ overWindow: of(25, 1_000), before: { revision: 2, requests: of(1, 100) } },
      },
      { 'web-a': 2, 'web-b': undefined },
    )
    assert.match(text, /Deployment shop\/web/)
    assert.match(text, /web: 95 % of requests below 250 ms/)
    assert.match(text, /In 30 days: 2.5 % bad of 1,000 requests; 50 % of the error budget is left/)
    for (const line of [
      /all requests +26.7 %/,
      /before revision 2 +1 % +100 +- /,
      /revision 2 +50 %/,
      /no revision +10 %/,
      /Pods that are gone +20 %/,
      / web-a +50 %/,
    ])
      assert.match(text, line)
    assert.doesNotMatch(text, /web-gone|more Pods/)
  })

  test('lists 50 Pods at most, and counts the others that run', () => {
    const names = (count: number, name: string) => Array.from({ length: count }, (_, i) => `${name}-${i}`)
    const running = (count: number) => Object.fromEntries(names(count, 'web').map((name) => [name, 1]))
    const shares = (count: number) =>
      byPod(Object.fromEntries([...names(count, 'web'), ...names(70, 'gone')].map((name) => [name, 0.1])))
    assert.doesNotMatch(described(shares(50), running(50)), /more Pods/)
    assert.match(described(shares(60), running(60)), /and 10 more Pods/)
  })

  test('says why an SLO was not found', () => {
    const text = described({ state: 'NoSeries', burn: undefined, message: 'looked for http_requests_total' })
    assert.match(text, /NoSeries: looked for http_requests_total\./)
    assert.doesNotMatch(text, /Bad, long/)
  })

  test('says that there were no requests', () => {
    const text = described({ burn: shared(0, 0), overWindow: of(0, 0) })
    assert.match(text, /In 30 days: no requests/)
  })

  test('says where no workload has an SLO, and what to do', () => {
    const none = (workload?: string) => describeSlos([], 'shop', workload, PLAIN)
    assert.match(none(), /^No workload with Pods in namespace shop has an SLO\./)
    assert.match(none('deployment/web'), /^deployment\/web has no SLO, or no Pods in namespace shop\./)
  })
})
