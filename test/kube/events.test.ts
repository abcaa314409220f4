import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { EventRecorder, type Occurrence } from '../../src/kube/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { failure, startServer } from './fake-server.ts'

const OCCURRENCE: Occurrence = {
  regarding: { apiVersion: 'v1', kind: 'Namespace', name: 'shop', uid: 'u1' },
  type: 'Warning',
  reason: 'InvalidMode',
  action: 'Observing',
  note: 'the mode "sometimes" is none of observe, approve, auto',
}

async function recorderOf(context: TestContext, answer: 'accept' | 'refuse' | 'hang' = 'accept') {
  const api = await startServer(context, (call) => {
    if (answer === 'accept') call.reply(201, JSON.parse(call.body))
    if (answer === 'refuse') call.reply(403, failure(403, 'Forbidden'))
  })
  const time = new FakeTime()
  const dropped: (Error | undefined)[] = []
  const reporter = { controller: 'plimsoll.dev/learner', instance: 'learner-0' }
  const recorder = new EventRecorder({
    client: api.client,
    reporter,
    time,
    onDropped: (_, error) => {
      dropped.push(error)
      throw new Error('even the report of it fails')
    },
  })
  const written = () => api.calls.map(({ path, body }) => ({ path, ...JSON.parse(body) }))
  return { ...api, time, recorder, dropped, written }
}

test('an Event contains what, when, why and who, in the namespace of its object', async (context) => {
  const f = await recorderOf(context)
  f.recorder.record(OCCURRENCE)
  f.recorder.record({ ...OCCURRENCE, regarding: { ...OCCURRENCE.regarding, namespace: 'shop' } })
  await f.recorder.flush()
  const [cluster, namespaced] = f.written()
  const { metadata, path, ...rest } = cluster
  assert.equal(metadata.namespace, 'default')
  assert.equal(namespaced.metadata.namespace, 'shop')
  assert.match(metadata.name, /^shop\.[0-9a-f]{16}$/)
  assert.equal(path, `/apis/events.k8s.io/v1/namespaces/default/events/${metadata.name}`)
  assert.deepEqual(rest, {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'plimsoll.dev/learner',
    reportingInstance: 'learner-0',
    ...OCCURRENCE,
  })
})

test('a repeated occurrence is written as a series at the second time, and then every five minutes', async (context) => {
  const f = await recorderOf(context)
  for (let minute = 0; minute <= 20; minute++) {
    f.recorder.record(OCCURRENCE)
    await f.recorder.flush()
    f.time.advance(60_000)
  }
  const events = f.written()
  assert.deepEqual(
    events.map(({ series }) => series?.count),
    [undefined, 2, 7, 12, 17],
  )
  assert.equal(new Set(events.map(({ metadata }) => metadata.name)).size, 1)
  assert.equal(new Set(events.map(({ eventTime }) => eventTime)).size, 1)
  assert.equal(events[4].series.lastObservedTime, '2026-01-01T00:16:00.000000Z')
})

test('an occurrence after half an hour of silence is a new Event', async (context) => {
  const f = await recorderOf(context)
  f.recorder.record(OCCURRENCE)
  await f.recorder.flush()
  f.time.advance(30 * 60_000 + 1)
  f.recorder.record(OCCURRENCE)
  await f.recorder.flush()
  assert.equal(new Set(f.written().map(({ metadata }) => metadata.name)).size, 2)
})

test('the count of a series is written once more when nothing has happened for a minute', async (context) => {
  const f = await recorderOf(context)
  for (let second = 0; second < 10; second++) {
    f.recorder.record(OCCURRENCE)
    f.time.advance(1_000)
  }
  f.time.advance(58_000)
  f.recorder.settle()
  await f.recorder.flush()
  assert.deepEqual(
    f.written().map(({ series }) => series?.count),
    [undefined, 2],
  )
  f.time.advance(1_000)
  for (let again = 0; again < 3; again++) f.recorder.settle()
  await f.recorder.flush()
  assert.deepEqual(
    f.written().map(({ series }) => series?.count),
    [undefined, 2, 10],
  )
})

test('occurrences of a declared series are one Event with the note of the first, even if their notes differ', async (context) => {
  const f = await recorderOf(context)
  const one = (number: number, series: string) => ({ ...OCCURRENCE, note: `number ${number}`, series })
  for (let number = 0; number < 3; number++) f.recorder.record(one(number, 'a'))
  f.recorder.record(one(9, 'b'))
  f.time.advance(60_000)
  f.recorder.settle()
  await f.recorder.flush()
  assert.deepEqual(
    f.written().map(({ note, series }) => [note, series?.count]),
    [
      ['number 0', undefined],
      ['number 0', 2],
      ['number 9', undefined],
      ['number 0', 3],
    ],
  )
  const names = f.written().map(({ metadata }) => metadata.name)
  assert.equal(new Set(names).size, 2)
})

test('the first of a declared series waits for its turn during a flood, and is before those without a series', async (context) => {
  const f = await recorderOf(context)
  const flood = async (from: number, count: number) => {
    for (let number = from; number < from + count; number++) {
      f.recorder.record({ ...OCCURRENCE, note: `number ${number}` })
      if (number % 4 === 3) await f.recorder.flush()
    }
  }
  await flood(0, 40)
  for (let pod = 0; pod < 5; pod++) f.recorder.record({ ...OCCURRENCE, note: `Pod ${pod}`, series: 'Pods' })
  assert.equal(f.written().length, 20)
  f.time.advance(1_000)
  await flood(40, 4)
  assert.deepEqual([f.written().length, f.written()[20].note, f.written()[20].series.count], [21, 'Pod 0', 5])
  f.time.advance(1_000)
  await flood(44, 4)
  assert.equal(f.written()[21].note, 'number 44')
})

test('a flood is limited to 20 at once and one a second, with no more than five in progress', async (context) => {
  const f = await recorderOf(context)
  for (let number = 0; number < 100; number++) {
    f.recorder.record({ ...OCCURRENCE, note: `number ${number}` })
    if (number % 4 === 3) await f.recorder.flush()
  }
  assert.equal(f.calls.length, 20)
  assert.equal(f.dropped.length, 80)
  f.time.advance(1_000)
  f.recorder.record({ ...OCCURRENCE, note: 'number 99' })
  await f.recorder.flush()
  assert.equal(f.calls.length, 21, 'what was dropped may be told later')
  const slow = await recorderOf(context, 'hang')
  for (let number = 0; number < 10; number++) slow.recorder.record({ ...OCCURRENCE, note: `number ${number}` })
  assert.equal(slow.dropped.length, 5)
})

test('a refusal is reported, tried again at the next occurrence, and never thrown to the caller', async (context) => {
  const f = await recorderOf(context, 'refuse')
  for (let time = 1; time <= 3; time++) {
    f.recorder.record(OCCURRENCE)
    await f.recorder.flush()
    assert.equal(f.dropped.length, time)
  }
  assert.match(f.dropped[0]!.message, /403 Forbidden/)
})

test('names and notes are shortened: 253 characters, 1,024 bytes, no character cut in two', async (context) => {
  const f = await recorderOf(context)
  for (const name of ['x'.repeat(253), 'system:Node_Proxier', '...', `${'a'.repeat(235)}-.-.b`]) {
    f.recorder.record({ ...OCCURRENCE, regarding: { ...OCCURRENCE.regarding, name } })
  }
  await f.recorder.flush()
  for (let size = 0; size < 4; size++) {
    f.recorder.record({ ...OCCURRENCE, note: `${'x'.repeat(size)}${'🚢'.repeat(400)}` })
    await f.recorder.flush()
  }
  for (const { metadata, note } of f.written()) {
    assert.match(metadata.name, /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/)
    assert.ok(metadata.name.length <= 253)
    assert.ok(Buffer.byteLength(note) <= 1024)
    assert.doesNotMatch(note, /\uFFFD/)
  }
  assert.ok(f.written().at(-1).note.endsWith('🚢…'))
})
