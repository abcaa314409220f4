import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainContainer, type ResourceChange } from '../../../src/commands/start/why.ts'
import { REASONS } from '../../../src/policy/index.ts'
import { parseQuantity } from '../../../src/resources/index.ts'
import { learnedContainer } from './learned.ts'

const { evidence } = learnedContainer('a', {
  cpu: ['300m', '900m', '300m', '600m'],
  memory: ['1Gi', '2Gi', '800Mi', '900Mi'],
})

function change(was: string, is: string, reasons: ResourceChange['reasons'] = []): ResourceChange {
  const read = (text: string) => {
    const [request, limit] = text.split('/').map((part) => parseQuantity(part))
    return { request, limit }
  }
  return { was: read(was), is: read(is), reasons }
}

const NO_CHANGE = { cpu: change('300m', '300m'), memory: change('1Gi', '1Gi') }

test('usage is shown by percentile and peak, and the percentile follows the goal', () => {
  assert.equal(explainContainer(NO_CHANGE, evidence, 'balanced'), 'CPU p95 300m; memory peaks at 900Mi')
  const { cpu, ...others } = evidence!
  const sharper = { ...others, cpu: { ...cpu!, p99: '480m' } }
  assert.match(explainContainer(NO_CHANGE, sharper, 'reliability'), /^CPU p99 480m;/)
})

test('a changed limit is shown with both values, and an unchanged one is not shown', () => {
  const changes = { cpu: change('1/4', '300m/4'), memory: change('2Gi', '1Gi/1500Mi') }
  assert.equal(
    explainContainer(changes, evidence, 'balanced'),
    'CPU p95 300m; memory peaks at 900Mi, limit none → 1.46Gi',
  )
})

test('a Guaranteed Pod is explained by its peak, and a reason that both resources share is printed once', () => {
  const changes = {
    cpu: change('4/4', '1/1', ['LimitFollowsRequest', 'WholeCpuKept']),
    memory: change('4Gi/4Gi', '2Gi/2Gi', ['LimitFollowsRequest']),
  }
  assert.equal(
    explainContainer(changes, evidence, 'balanced'),
    `CPU peaks at 600m; memory peaks at 900Mi; ${REASONS.LimitFollowsRequest.says}; CPU: ${REASONS.WholeCpuKept.says}`,
  )
})

test('a resource of which nothing was learned says so instead of figures', () => {
  const changes = { ...NO_CHANGE, cpu: change('1', '1', ['NotInAppliedRevision']) }
  assert.equal(
    explainContainer(changes, evidence, 'balanced'),
    `memory peaks at 900Mi; CPU: ${REASONS.NotInAppliedRevision.says}`,
  )
})
