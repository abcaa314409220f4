import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { GeneratorSpec } from '../../src/load/index.ts'
import { HopelessCheck } from '../../src/load-generator/hopeless.ts'
import { generateLoad } from '../../src/load-generator/index.ts'
import { serve } from './server.ts'

const SPEC: GeneratorSpec = {
  ...{ url: 'http://web', requestsPerSecond: 100, arrivals: 'constant', method: 'GET', headers: {} },
  ...{ durationSeconds: 10, warmUpSeconds: 0, timeoutSeconds: 5, connections: 200, insecureSkipTlsVerify: false },
  hopeless: { percentile: 95, milliseconds: 300, errorShare: 0.1 },
}

function check(slow: number, failed: number, spec = SPEC): string | undefined {
  const hopeless = new HopelessCheck(spec)
  for (let i = 0; i < slow; i++) hopeless.note(301, false)
  for (let i = 0; i < failed; i++) hopeless.note(1, true)
  return hopeless.reason
}

describe('a load that is far beyond a limit', () => {
  it('is hopeless once more requests were slow than may be in the whole load, and not before', () => {
    // 5 % of 1000 requests.
    assert.equal(check(50, 0), undefined)
    assert.equal(check(51, 0), '51 requests took more than 300 ms; the limit allows 50')
  })

  it('is hopeless once more requests have failed than may in the whole load', () => {
    assert.equal(check(0, 100), undefined)
    assert.match(check(0, 101)!, /^101 requests failed; the limit allows 100/)
  })

  it('runs to its end where nobody says what is far', () => {
    const { hopeless: _, ...spec } = SPEC
    assert.equal(check(1000, 1000, spec), undefined)
  })

  it('ends early, and says why', async (t) => {
    const { url, close } = await serve((_, response) => void setTimeout(() => response.end(), 50))
    t.after(close)
    const started = performance.now()
    const hopeless = { percentile: 95, milliseconds: 20, errorShare: 0.1 } as const
    const result = await generateLoad({ ...SPEC, url, durationSeconds: 60, hopeless })
    assert.match(result.aborted!, /more than 20 ms/)
    assert.ok(result.latencyMilliseconds.p95! > 20)
    // 300 of 6000 requests are slow after 3 seconds.
    assert.ok(performance.now() - started < 30_000)
    assert.ok(result.scheduledPerSecond > 50, `${result.scheduledPerSecond}`)
  })
})
