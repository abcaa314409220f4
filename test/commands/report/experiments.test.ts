import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readExperiments, renderExperiments, reportedOf } from '../../../src/commands/report/experiments.ts'
import type { StoredExperiment } from '../../../src/experiment-client/index.ts'
import { type KubeClient, KubeError } from '../../../src/kube/index.ts'
import { FINISHED } from '../../experiment-client/finished.ts'

const LOOKS = { columns: 120, paint: (_: string, text: string) => text }
const stored = (name: string, endedAt?: string) =>
  ({
    ...FINISHED,
    metadata: { ...FINISHED.metadata, name },
    status: { ...FINISHED.status, endedAt },
  }) as StoredExperiment

function clientWith(answer: (namespace: string | undefined) => readonly StoredExperiment[]) {
  const list = async function* (_: unknown, { namespace }: { namespace?: string }) {
    yield { items: answer(namespace) }
  }
  return { list } as unknown as KubeClient
}

test('a report has what experiments found, and not their trials', () => {
  const report = reportedOf(FINISHED as unknown as StoredExperiment)
  assert.ok(!('trials' in report) && !('front' in report))
  const text = renderExperiments([report], LOOKS as never)
  assert.match(text, /^Experiments\n/)
  assert.match(text, /staging\/checkout-1 +deployment\/checkout +Completed +cheaper +0\.032 +0\.013 +59 % +185 ms/)
})

test('a report without experiments says nothing of them', () => {
  assert.equal(renderExperiments([], LOOKS as never), '')
})

test('experiments are read from the namespaces of the report, those that run first, then the newest', async () => {
  const asked: (string | undefined)[] = []
  const client = clientWith((namespace) => {
    asked.push(namespace)
    return [stored(`${namespace}-old`, '2026-11-01T00:00:00Z'), stored(`${namespace}-new`, '2026-11-02T00:00:00Z')]
  })
  const found = await readExperiments(client, ['qa'])
  assert.deepEqual(
    found.map(({ name }) => name),
    ['qa-new', 'qa-old'],
  )
  await readExperiments(client, undefined)
  assert.deepEqual(asked, ['qa', undefined])
  const running = await readExperiments(
    clientWith(() => [stored('ended', '2026-11-02T00:00:00Z'), stored('running')]),
    undefined,
  )
  assert.equal(running[0]!.name, 'running')
})

for (const status of [403, 404])
  test(`a cluster that answers ${status} has none; other errors are no answer`, async () => {
    const refusing = (code: number) =>
      clientWith(() => {
        throw new KubeError(code === 404 ? 'NotFound' : 'Forbidden', 'no', { status: code })
      })
    assert.deepEqual(await readExperiments(refusing(status), undefined), [])
    await assert.rejects(readExperiments(refusing(500), undefined))
  })
