import assert from 'node:assert/strict'
import { test } from 'node:test'
import { largestWorkloads } from '../../../src/commands/start/largest.ts'
import { learnFrom, recommendAll } from '../../../src/commands/start/learn.ts'
import type { HistorySource, UsageSample } from '../../../src/history/index.ts'
import { learned, learnedContainer } from './learned.ts'

const DAY_SECONDS = 86_400

/** Five-minute samples of one container, steady. */
function samplesOf(name: string, days: number, fromSeconds = 0): UsageSample[] {
  const container = { workload: { namespace: 'default', kind: 'Deployment', name }, container: name }
  return Array.from({ length: days * 288 }, (_, i) => {
    return { container, pod: '', timestampSeconds: fromSeconds + i * 300, cpuCores: 0.2, memoryBytes: 2 ** 28 }
  })
}

function historyOf(...batches: readonly UsageSample[][]): HistorySource {
  return {
    name: 'test history',
    async *read() {
      yield* batches
    },
  }
}

test('recommendations are for the time of the last sample, also if samples are out of order', async () => {
  const source = historyOf(samplesOf('late', 2, 10 * DAY_SECONDS), samplesOf('early', 2))
  assert.equal((await learnFrom(source, {})).lastSeconds, 12 * DAY_SECONDS - 300)
})

test('each workload with enough history gets a recommendation; one with too little gets none', async () => {
  const source = historyOf(samplesOf('known', 2), samplesOf('new', 1).slice(0, 12))
  const { learner, lastSeconds } = await learnFrom(source, {})
  const [recommendation, ...others] = recommendAll(learner, 'balanced', lastSeconds, '2026-01-05T08:00:00.000Z')
  assert.equal(others.length, 0)
  assert.deepEqual(recommendation!.spec.workload, { kind: 'Deployment', name: 'known' })
  assert.equal(recommendation!.status!.applied!.goal, 'balanced')
})

test('a history that has its Pods one after the other teaches what it would side by side', async () => {
  const pods = ['a', 'b'].map((pod, i) =>
    samplesOf('web', 2).map((sample, at) => ({ ...sample, pod, cpuCores: 0.2 + ((at * (i + 3)) % 7) / 10 })),
  )
  const container = pods[0]![0]!.container
  const [a, b] = pods.map((samples) => samples.map((sample) => ({ ...sample, container }))) as [
    UsageSample[],
    UsageSample[],
  ]
  const sideBySide = historyOf(a.flatMap((sample, i) => [sample, b[i]!]))
  const whole = (await learnFrom(sideBySide, {})).learner.save()
  assert.deepEqual((await learnFrom(historyOf(a, b), {})).learner.save(), whole)
})

test('a history without any usage is an error that names it', async () => {
  await assert.rejects(learnFrom(historyOf(), {}), {
    name: 'HistoryError',
    message: /^test history: no usage in it/,
  })
})

test('the largest workloads are those that cost most, by the given prices, with containers and no requests', () => {
  const of = (name: string, cpu: string, memory: string) =>
    learned(
      `Deployment default/${name}`,
      learnedContainer('main', { cpu: [cpu, cpu, cpu, cpu], memory: [memory, memory, memory, memory] }),
    )
  const all = [of('small', '100m', '1Gi'), of('cores', '4', '1Gi'), of('memory', '1', '16Gi')]
  const names = (coreHour: number, gibHour: number) =>
    largestWorkloads(all, 2, { coreHour, gibHour }).map(({ name }) => name)
  assert.deepEqual(names(1, 0.1), ['cores', 'memory'])
  assert.deepEqual(names(1, 1), ['memory', 'cores'])
  const [largest] = largestWorkloads(all, 1, { coreHour: 1, gibHour: 0 })
  assert.deepEqual(largest!.template.spec, { containers: [{ name: 'main' }] })
})

test('kinds whose Pods nobody here can make are not among the largest', () => {
  const odd = learned('Gadget default/odd', learnedContainer('main', { cpu: ['8', '8', '8', '8'] }))
  assert.deepEqual(largestWorkloads([odd], 10, { coreHour: 1, gibHour: 1 }), [])
})
