import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { ContainerRecommendation, Evidence } from '../../src/api/index.ts'
import { parseQuantity } from '../../src/resources/index.ts'
import { chooseSource, type SourcedProposal } from '../../src/revisions/choose-source.ts'

const NOW = new Date('2026-03-10T00:00:00Z')
const LATER = new Date('2026-03-11T00:00:00Z')

const figures = (p99: string, peak = p99) => ({ p50: p99, p95: p99, p99, peak })

function evidence(cpu: string, memory: string, rest: Partial<Evidence> = {}): Evidence {
  const window = { from: '2026-03-01T00:00:00Z', to: '2026-03-10T00:00:00Z', samples: 100 }
  return { ...window, cpu: figures(cpu), memory: figures(memory), ...rest }
}

/** A source's values for the container `app`, their confidence, and the highest usage that it has seen. */
function proposal(
  source: SourcedProposal['source'],
  [cpu, memory]: readonly [cpu: string, memory: string],
  confidence: number | undefined,
  rest: Partial<SourcedProposal> & { readonly seen?: Evidence } = {},
): SourcedProposal {
  const { seen = evidence('100m', '100Mi'), ...others } = rest
  const sure = confidence === undefined ? {} : { confidence }
  const app: ContainerRecommendation = {
    ...{ name: 'app', cpu: { request: cpu, ...sure }, memory: { request: memory, ...sure } },
    evidence: seen,
  }
  return { source, containers: [app], ...others }
}

/** The source, and the requests of each container. */
function chosen(proposals: readonly SourcedProposal[], now = NOW): string {
  const { source, containers } = chooseSource(proposals, now)
  const values = containers.map(({ name, cpu, memory }) => `${name} ${cpu?.request ?? '-'} ${memory?.request ?? '-'}`)
  return [source, ...values].join(': ')
}

function why(proposals: readonly SourcedProposal[], resource: 'cpu' | 'memory'): string | undefined {
  const { source, because } = chooseSource(proposals, NOW).containers[0]?.evidence?.[resource]?.decidedBy ?? {}
  return source && `${source}: ${because}`
}

const seenUpTo = new Map([['app', { cpu: parseQuantity('1')!, memory: parseQuantity('1Gi')! }]])
const production = (confidence: number, seen?: Evidence) =>
  proposal('observed', ['500m', '500Mi'], confidence, seen && { seen })
const experiment = (confidence?: number, rest: Partial<SourcedProposal> = {}) =>
  proposal('experiment', ['900m', '900Mi'], confidence, { validUntil: LATER, seenUpTo, ...rest })

describe('of several sources,', () => {
  test('a single one is used, and learned values are used unchanged', () => {
    const learned = production(0.2)
    assert.equal(chooseSource([learned], NOW), learned)
    assert.equal(chosen([experiment(0.2)]), 'experiment: app 900m 900Mi')
    assert.equal(why([experiment(0.2)], 'cpu'), 'experiment: no other source has a value')
    assert.equal(chosen([]), 'observed')
  })

  test('the one with the highest confidence decides, and the evidence says so', () => {
    const both = [production(0.5), experiment(0.9)]
    assert.equal(chosen(both), 'experiment: app 900m 900Mi')
    assert.equal(why(both, 'memory'), 'experiment: confidence: production 0.50, the experiment 0.90')
    assert.equal(chosen([production(0.9), experiment(0.5)]), 'observed: app 500m 500Mi')
    assert.equal(chosen([production(0), experiment()]), 'observed: app 500m 500Mi')
  })

  test('the figures are those of production where the one that decides has none, and nothing else is among them', () => {
    const { containers } = experiment(0.9)
    const without = { ...experiment(0.9), containers: containers.map(({ evidence: _, ...one }) => one) }
    const seen = evidence('200m', '200Mi')
    const [{ evidence: shown, ...values } = {} as ContainerRecommendation] = chooseSource(
      [production(0.5, seen), without],
      NOW,
    ).containers
    assert.equal(values.cpu?.request, '900m')
    const { decidedBy, ...cpu } = shown!.cpu!
    assert.deepEqual([decidedBy?.source, cpu], ['experiment', seen.cpu])
  })

  test('production decides where another is hardly surer', () => {
    assert.equal(chosen([experiment(0.95), production(0.9)]), 'observed: app 500m 500Mi')
    assert.equal(chosen([experiment(0.95), production(0.85)]), 'experiment: app 900m 900Mi')
  })

  test('each decides on the resources and containers that it knows best', () => {
    const parts: SourcedProposal = {
      source: 'experiment',
      containers: [
        { name: 'app', cpu: { request: '900m', confidence: 0.9 } },
        { name: 'proxy', memory: { request: '64Mi' } },
      ],
    }
    const both = [production(0.3), parts]
    assert.equal(chosen(both), 'experiment: app 900m 500Mi: proxy - 64Mi')
    assert.equal(why(both, 'memory'), undefined)
    assert.match(why(both, 'cpu')!, /^experiment: /)
  })
})

describe('a proposal no longer counts', () => {
  test('when it has expired', () => {
    const both = [production(0.3), experiment(0.9)]
    assert.equal(chosen(both, new Date(LATER.getTime() - 1)), 'experiment: app 900m 900Mi')
    assert.equal(chosen(both, LATER), 'observed: app 500m 500Mi')
    assert.equal(chosen([experiment(0.9)], LATER), 'observed')
  })

  test('for a resource of which production uses more than was tried, and the evidence says so', () => {
    const both = [production(0.3, evidence('1001m', '1Gi')), experiment(0.9)]
    assert.equal(chosen(both), 'experiment: app 500m 900Mi')
    const ended = 'the experiment no longer counts: production uses 1001m, and the proposal is based on at most 1'
    assert.equal(why(both, 'cpu'), `observed: ${ended}`)
  })

  test('for single peaks of memory, but not for those of CPU', () => {
    const peaks = { cpu: figures('900m', '4'), memory: figures('900Mi', '2Gi') }
    assert.equal(chosen([production(0.3, evidence('1', '1', peaks)), experiment(0.9)]), 'experiment: app 900m 500Mi')
  })

  test('for memory that was OOM-killed in production, despite a higher confidence', () => {
    const killed = production(0.1, evidence('100m', '100Mi', { oomKills: 1 }))
    const both = [experiment(0.99), killed]
    assert.equal(chosen(both), 'experiment: app 900m 500Mi')
    assert.equal(why(both, 'memory'), 'observed: it was OOM-killed in production')
  })
})

test('the order in which proposals arrive does not matter', () => {
  const confidence = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined })
  const sources = fc
    .tuple(confidence, confidence, fc.boolean())
    .map(([a, b, isOver]) => [
      proposal('observed', ['500m', '500Mi'], a),
      proposal('experiment', ['900m', '900Mi'], b, isOver ? { validUntil: NOW } : {}),
    ])
  fc.assert(
    fc.property(
      sources.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: 2 }))),
      ([all, shuffled]) => assert.deepEqual(chooseSource(shuffled, NOW), chooseSource(all, NOW)),
    ),
  )
})
