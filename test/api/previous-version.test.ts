// Recommendations and a Pod as version 0.1 wrote them (test/fixtures/previous-version): nothing of them may be lost.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fromPreviousVersion } from '../../src/api/previous-version.ts'
import { readRecommendation } from '../../src/api/read.ts'
import { type ApiPod, readFleetPod } from '../../src/fleet/index.ts'
import { formatQuantity } from '../../src/resources/index.ts'
import { at, input, RULES, statusAfter, told } from '../revisions/reconcile-input.ts'

const FOLDER = join(import.meta.dirname, '../fixtures/previous-version')
const read = (name: string) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.recommendation.json'))

interface Old {
  readonly trail?: readonly { readonly why: string; readonly changes: readonly string[] }[]
  readonly trial?: object
}

describe('a Recommendation of the previous version', () => {
  for (const name of names) {
    test(`${name} is read without loss`, () => {
      const stored = read(name)
      const { recommendation, unread } = readRecommendation(stored)
      assert.equal(unread, undefined)
      const { trail = [], trial, ...rest }: Old = stored.status
      const { changelog = [], probation, ...kept } = recommendation.status!
      assert.deepEqual(kept, rest)
      assert.deepEqual(probation, trial)
      assert.deepEqual(recommendation.spec, stored.spec)
      assert.deepEqual(
        changelog.map((change) => [change.reason, ...told(change)]),
        trail.map(({ why, changes }) => [why, ...changes]),
      )
    })
  }

  test('is written as this version has it with the next change, and keeps its entries', () => {
    const { status } = readRecommendation(read('on-trial.recommendation.json')).recommendation
    const after = statusAfter(status, input([], { now: at(24 * 3) }), RULES)
    assert.deepEqual(after.changelog, status!.changelog)
    assert.deepEqual(
      Object.keys(after).filter((field) => ['trail', 'trial'].includes(field)),
      [],
    )
  })

  test('a changelog that is there already is not replaced, and anything that is no status stays as it is', () => {
    const changelog = [{ reason: 'Held' }]
    assert.deepEqual(fromPreviousVersion({ changelog, trail: [{ why: 'Learned' }] }), { changelog })
    for (const odd of [undefined, null, 1, 'x', { state: 'Applied' }]) assert.equal(fromPreviousVersion(odd), odd)
    assert.deepEqual(fromPreviousVersion({ trail: [{ why: 'Held', changes: 'x' }] }), {
      changelog: [{ reason: 'Held' }],
    })
  })
})

test("a Pod of the previous version carries its revision since its creation, and its author's values are known", () => {
  const pod = readFleetPod(read('on-trial.pod.json') as ApiPod)
  assert.deepEqual(pod.carries, { revision: 2, since: '2026-03-01T00:30:00Z' })
  assert.equal(pod.containers.get('app')!.isAsRecorded, true)
  const { cpu, memory } = pod.author.get('app')!
  assert.ok(cpu !== 'invalid' && memory !== 'invalid')
  assert.deepEqual(
    [cpu.request, memory.request, memory.limit].map((nanos, i) => formatQuantity(i === 0 ? 'cpu' : 'memory', nanos!)),
    ['1', '1Gi', '1Gi'],
  )
})
