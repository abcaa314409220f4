import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Goal } from '../../src/api/index.ts'
import { type Cadence, createLearner } from '../../src/learner/index.ts'
import { type ContainerResources, readResources } from '../../src/resources/index.ts'
import { DAY, decided, HOUR, MIB, START, series, value, workload } from './usage.ts'

type Shape = (hour: number, index: number) => { cpu?: number; memory?: number }

function evidence(
  days: number,
  shape: Shape,
  { goal = 'balanced', author, cadence = '24h' }: { goal?: Goal; author?: ContainerResources; cadence?: Cadence } = {},
) {
  const learner = createLearner({ minimumHistory: { seconds: 0, samples: 1 } })
  learner.observe(series(Math.round(days * 288), (i) => shape(Math.floor(i / 12), i)))
  const authors = author && new Map([['checkout', author]])
  const [container] = decided(learner, workload, goal, START + days * DAY, { author: authors, cadence })
  return { ...container!, evidence: container!.evidence! }
}

const noise = (i: number) => 1 + ((i * 37) % 97) / 970
const office = (hour: number) => (hour % 24 >= 8 && hour % 24 < 18 ? 1 : 0.2)
const weekday = (hour: number) => (Math.floor(hour / 24) % 7 < 5 ? 1 : 0.05)

describe('evidence', () => {
  test('has the CPU percentiles of all samples: a burst of five minutes every other hour is above the 95th, and not above the 99th', () => {
    const burst = series(14 * 288, (i) => ({ cpu: i % 12 === 5 && i % 24 < 12 ? 0.6 : 0.1, memory: MIB }))
    const learner = createLearner()
    learner.observe(burst)
    const [container] = decided(learner, workload, 'balanced', START + 14 * DAY)
    const { p50, p95, p99, peak } = container!.evidence!.cpu!
    assert.ok(value(p50) < 0.11 && value(p95) < 0.11, `${p50} ${p95}`)
    assert.ok(value(p99) >= 0.6 && value(peak) >= 0.6, `${p99} ${peak}`)
  })

  test('contains the season of CPU, if there is one', () => {
    const seasons: [Shape, string | undefined][] = [
      [(hour, i) => ({ cpu: office(hour) * noise(i) }), 'daily'],
      [(hour, i) => ({ cpu: weekday(hour) * noise(i) }), 'weekly'],
      [(_, i) => ({ cpu: noise(i) }), undefined],
      [() => ({ cpu: 0.5 }), undefined],
      [(hour) => ({ cpu: 0.1 + ((hour * hour * 7919) % 101) / 50 }), undefined],
    ]
    for (const [shape, season] of seasons) assert.equal(evidence(14, shape).evidence.season, season, `${shape}`)
    assert.equal(evidence(2, (hour) => ({ cpu: office(hour) })).evidence.season, undefined)
  })

  test("prices the recommendation and the author's values in the same way, and its own are not more expensive", () => {
    const author = readResources({ requests: { cpu: '2', memory: '2Gi' }, limits: { memory: '4Gi' } })
    for (const cadence of ['24h', '1h'] as const) {
      const shape: Shape = (_, i) => ({ cpu: 0.2 * noise(i), memory: 300 * noise(i) * MIB })
      const { cpu, memory } = evidence(14, shape, { author, cadence }).evidence
      assert.ok(value(cpu!.authorsCost) >= 2 && value(cpu!.authorsCost) < 2.2, cpu!.authorsCost)
      assert.ok(value(cpu!.cost) >= 0.2 && value(cpu!.cost) < 0.3, cpu!.cost)
      // Reserved 2 GiB, and 5 % of as much for the room above.
      assert.ok(value(memory!.authorsCost) > 2140 * MIB && value(memory!.authorsCost) < 2450 * MIB, memory!.authorsCost)
      assert.ok(value(memory!.cost) < value(memory!.authorsCost))
    }
  })

  test('prices a tight request by its shortage, and a missing memory limit as eight times the request', () => {
    const tight = readResources({ requests: { cpu: '100m', memory: '1Gi' } })
    const { cpu, memory } = evidence(14, () => ({ cpu: 0.5, memory: 100 * MIB }), { author: tight }).evidence
    assert.ok(value(cpu!.authorsCost) > 0.1 + 20 * 0.38, cpu!.authorsCost)
    assert.ok(Math.abs(value(memory!.authorsCost) / MIB - 1024 * (1 + 0.05 * 7)) < 80, memory!.authorsCost)
  })

  test('prices nothing for an author who wrote nothing, or an invalid quantity', () => {
    for (const author of [readResources(undefined), readResources({ requests: { cpu: 'lots', memory: -1 } })]) {
      const { cpu, memory } = evidence(3, () => ({ cpu: 0.1, memory: MIB }), { author }).evidence
      assert.deepEqual([cpu!.authorsCost, memory!.authorsCost], [undefined, undefined])
    }
  })

  test('explains low confidence in plain words, and nothing if it is high', () => {
    const burst: Shape = (hour, i) => ({
      cpu: (hour / 24) % 3.5 < 0.5 ? 3 * noise(i) : 0.1 * noise(i),
      memory: 64 * MIB,
    })
    const cases: [number, Shape, Goal, RegExp][] = [
      [1 / 24, () => ({ cpu: 0.1, memory: MIB }), 'balanced', /^1 hour of history$/],
      [3.2, (_, i) => ({ cpu: noise(i) ** 9 }), 'balanced', /^3 days of history$/],
      [14, burst, 'balanced', /^the last day was about as busy as any$/],
      [
        14,
        (hour, i) => ({ cpu: hour < 13 * 24 ? 0.1 * noise(i) : 3 }),
        'savings',
        /^busier lately than on any day before$/,
      ],
    ]
    for (const [days, shape, goal, expected] of cases) {
      const { cpu, evidence: told } = evidence(days, shape, { goal })
      if (cpu!.confidence! < 0.9) assert.match(told.cpu!.doubt ?? 'nothing', expected)
      else assert.equal(told.cpu!.doubt, undefined)
    }
    const { memory, evidence: steady } = evidence(28, () => ({ cpu: 0.1, memory: 64 * MIB }))
    assert.ok(memory!.confidence! >= 0.9)
    assert.equal(steady.memory!.doubt, undefined)
  })

  test('shows how bursts exceed the request, and nothing if they do not', () => {
    // Three hours on each Sunday of four weeks: above 5 % of a day, and too seldom to be reserved.
    const sundays: Shape = (hour, i) => ({
      cpu: Math.floor(hour / 24) % 7 === 3 && hour % 24 < 3 ? 2 : 0.1 * noise(i),
      memory: 64 * MIB,
    })
    const { cpu, evidence: told } = evidence(28, sundays)
    const { bursts } = told.cpu!
    // An eighth of the day, as far as the sketch of a day three weeks ago can tell.
    assert.equal(bursts!.days, 0.14)
    assert.ok(bursts!.worstDay > 0.08 && bursts!.worstDay < 0.16, `${bursts!.worstDay}`)
    assert.ok(value(bursts!.by) > 2 - value(cpu!.request) - 0.01, `${bursts!.by} above ${cpu!.request}`)
    assert.equal(evidence(28, () => ({ cpu: 0.1, memory: 64 * MIB })).evidence.cpu!.bursts, undefined)
    assert.equal(told.days, 14)
    assert.equal(evidence(2.6, () => ({ cpu: 0.1, memory: MIB })).evidence.days, 2)
  })

  test('covers the current day and the fourteen before it', () => {
    const { from, samples } = evidence(20.5, () => ({ cpu: 0.1, memory: MIB })).evidence
    assert.equal(from, new Date((START + 6 * DAY) * 1000).toISOString())
    assert.equal(samples, 14.5 * 288)
  })

  test('shows the basis of the decision', () => {
    const shape: Shape = (_, i) => ({ cpu: noise(i), memory: MIB })
    assert.equal(evidence(1, shape).evidence.cpu!.basis, 'usage of the last days')
    assert.equal(evidence(10, shape).evidence.cpu!.basis, 'recent usage, and days that began like this one')
    assert.equal(evidence(10, shape, { cadence: '1h' }).evidence.cpu!.basis, 'the last hours, and hours like them')
    assert.match(evidence(10, shape).evidence.memory!.basis!, /^daily peaks/)
  })

  test('stays small: 10,000 containers with every kind of evidence are a fraction of what etcd may hold', () => {
    const author = readResources({ requests: { cpu: '2', memory: '2Gi' }, limits: { memory: '4Gi' } })
    const learner = createLearner()
    const container = { workload, container: 'checkout' }
    learner.observe(series(10 * 288, (i) => ({ cpu: office(i / 12) ** 3, memory: (400 + i / 6) * MIB })))
    learner.observeOomKill({ container, timestampSeconds: START + 10 * DAY - HOUR, limitBytes: 900 * MIB })
    const authors = new Map([['checkout', author]])
    const [full] = decided(learner, workload, 'reliability', START + 10 * DAY, { author: authors })
    const bytes = JSON.stringify(full).length
    assert.ok(bytes < 1100, `${bytes} bytes: ${JSON.stringify(full)}`)
  })
})
