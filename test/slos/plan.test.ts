import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SizingPolicySpec, Slo, SloPreset } from '../../src/api/index.ts'
import { Settings } from '../../src/config/index.ts'
import { clusterPolicy, PolicyIndex, readSlos } from '../../src/policy/index.ts'
import { planSlo } from '../../src/slos/index.ts'

const SURROUNDINGS = { namespace: 'shop', find: () => undefined, objects: [], queries: true } as const
const LATENCY = { latency: { percentile: 99.9, below: '1.5s', window: '7d' } }

function plan(slo: object) {
  const parsed = Slo.parse({ name: 'checkout', ...slo })
  return planSlo(readSlos([parsed])[0]!, SURROUNDINGS)
}

test('an SLO states its objectives in shares and seconds', () => {
  const [spec] = readSlos([
    Slo.parse({ name: 'a', ...LATENCY, errors: { below: '0.05%' }, from: { preset: { name: 'http' } } }),
  ])
  assert.deepEqual(spec!.latency, { budget: 0.001, windowSeconds: 7 * 86_400, belowSeconds: 1.5 })
  assert.deepEqual(spec!.errors, { budget: 0.0005, windowSeconds: 28 * 86_400 })
  assert.equal(spec!.whenMissing, 'hold')
  const plans = plan({ ...LATENCY, from: { preset: { name: 'http' } } })
  assert.equal(plans[0]!.objective.text, '99.9 % of requests below 1.5 s')
})

test('every preset counts slow and failed requests of a namespace', () => {
  for (const name of SloPreset.options) {
    const more = name === 'ingressNginx' ? { ingress: 'web' } : {}
    const plans = plan({ ...LATENCY, errors: { below: '1%' }, from: { preset: { name, ...more } } })
    assert.deepEqual(
      plans.map((one) => ('source' in one ? one.source.kind : one.invalid)),
      ['histogram', 'statuses'],
      name,
    )
  }
})

test('a label that is none, and a query that cannot be counted, are invalid, with the reason', () => {
  const invalid = (slo: object) => plan(slo).map((one) => ('invalid' in one ? one.invalid : ''))
  assert.match(
    invalid({ ...LATENCY, from: { preset: { name: 'http', labels: { 'a"} or b{': 'c' } } } })[0]!,
    /is no name of a label/,
  )
  assert.match(
    invalid({ ...LATENCY, from: { query: { bad: 'sum(a[$window])', total: 'sum(increase(a[$window]))' } } })[0]!,
    /query\.bad cannot be used: it must use either increase or rate/,
  )
  assert.match(invalid({ ...LATENCY, from: { query: { histogram: 'sum(a)' } } })[0]!, /histogram must be a selector/)
})

test('the SLOs of a Pod come from the first policy that has some', () => {
  const index = new PolicyIndex(clusterPolicy(Settings.parse({})))
  const slos = (name: string) => [{ name, ...LATENCY, from: { preset: { name: 'http' } } }]
  index.put('shop', { name: 'all', spec: SizingPolicySpec.parse({ slos: slos('all') }) })
  index.put('shop', {
    name: 'web',
    spec: SizingPolicySpec.parse({ selector: { matchLabels: { app: 'web' } }, slos: slos('web') }),
  })
  index.put('shop', {
    name: 'a',
    spec: SizingPolicySpec.parse({ selector: { matchLabels: { app: 'web' } }, goal: 'savings' }),
  })
  const namesOf = (labels: Record<string, string>) => index.effective('shop', labels).slos?.map(({ name }) => name)
  assert.deepEqual(namesOf({ app: 'web' }), ['web'])
  assert.deepEqual(namesOf({}), ['all'])
  assert.equal(index.effective('blog', {}).slos, undefined)
})
