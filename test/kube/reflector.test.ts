import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { type TestContext, test } from 'node:test'
import { errorOfAnswer } from '../../src/kube/errors.ts'
import {
  KubeClient,
  type KubeObject,
  type Projection,
  Reflector,
  type ResourceType,
  type Row,
  type Selection,
  type WatchOptions,
} from '../../src/kube/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { until } from '../cluster/harness/until.ts'
import { type Call, failure, startServer, table } from './fake-server.ts'

const THINGS: ResourceType = { apiVersion: 'test.plimsoll.dev/v1', kind: 'Thing', plural: 'things' }
type Thing = KubeObject & { readonly size?: number }

const thing = (name: string, resourceVersion: string, size = 1): Thing => ({
  metadata: { namespace: 'shop', name, resourceVersion },
  size,
})
const list = (resourceVersion: string, ...items: Thing[]) => ({
  kind: 'ThingList',
  metadata: { resourceVersion },
  items,
})
const bookmark = (resourceVersion: string) => ({ type: 'BOOKMARK', object: { metadata: { resourceVersion } } })

/** A reflector with a server: answers to lists in order (the last one repeatedly), watches by hand. */
async function follow(
  context: TestContext,
  answers: (((call: Call) => void) | object)[],
  options: Selection & Projection & { pageSize?: number; columnsType?: ResourceType } = {},
  handlers: {
    onReplace?: () => void
    /** Null: the caller does not set this handler. */
    onHeard?: (() => void) | null
    trim?: (object: Thing | Row) => { name: string; size: number }
  } = {},
) {
  const watches: Call[] = []
  const lists: Call[] = []
  let refuse: ((call: Call) => void) | undefined
  const api = await startServer(context, (call) => {
    if (refuse) refuse(call)
    else if (call.query.get('watch')) {
      watches.push(call)
      call.response.writeHead(200).flushHeaders()
    } else {
      const answer = answers[Math.min(lists.push(call), answers.length) - 1]!
      if (typeof answer === 'function') answer(call)
      else call.reply(200, answer)
    }
  })
  const time = new FakeTime()
  const known = new Map<string, number>()
  const told: string[] = []
  const troubles: { error: Error; retryMilliseconds: number | undefined }[] = []
  let heard = 0
  const client = new WatchedClient({ credentials: api.credentials, version: '1.2.3' })
  const reflector = new Reflector<Thing | Row, { name: string; size: number }>({
    client,
    type: THINGS,
    time,
    ...options,
    trim: handlers.trim ?? ((object) => ({ name: object.metadata.name!, size: (object as Thing).size! })),
    onReplace(all) {
      handlers.onReplace?.()
      known.clear()
      for (const { name, size } of all) known.set(name, size)
      told.push(`all ${all.map(({ name }) => name).join(' ')}`)
    },
    onUpsert({ name, size }) {
      known.set(name, size)
      told.push(`put ${name} ${size}`)
    },
    onDelete({ name }) {
      known.delete(name)
      told.push(`del ${name}`)
    },
    onTrouble: (error, retryMilliseconds) => troubles.push({ error, retryMilliseconds }),
    ...(handlers.onHeard !== null && {
      onHeard: () => {
        heard++
        handlers.onHeard?.()
      },
    }),
  })
  const stop = new AbortController()
  const running = reflector.run(stop.signal)
  context.after(async () => {
    stop.abort()
    await running
    client.close()
  })
  /** Waits for the nth watch (from 1), and lets the pauses of the reflector pass. */
  const watch = async (number: number) =>
    await until(
      `watch ${number}`,
      () => {
        if (watches.length < number && troubles.length > 0) time.advance(31_000)
        return client.opened >= number && watches[number - 1]
      },
      { everyMilliseconds: 2 },
    )
  const eventually = (what: string, condition: () => boolean) => until(what, condition, { everyMilliseconds: 2 })
  return {
    ...api,
    ...{ time, reflector, known, told, troubles, watches, lists, stop, running, watch, eventually },
    heard: () => heard,
    /** Answers everything in this way, until called without an argument. */
    refuse: (how?: (call: Call) => void) => {
      refuse = how
    },
  }
}

/** Counts the watches that have started. */
class WatchedClient extends KubeClient {
  opened = 0
  override watch<T extends KubeObject>(type: ResourceType, options: WatchOptions) {
    const onOpen = () => {
      this.opened++
      options.onOpen?.()
    }
    return super.watch<T>(type, { ...options, onOpen })
  }
}

test('reads every page of one version, then watches from that version', async (context) => {
  const page = (proceed: string | undefined, ...items: Thing[]) => ({
    metadata: { resourceVersion: '100', ...(proceed && { continue: proceed }) },
    items,
  })
  const f = await follow(
    context,
    [page('second', thing('a', '1')), page('third', thing('b', '2')), page(undefined, thing('c', '3'))],
    { namespace: 'shop', labelSelector: 'app=x,tier!=y', fieldSelector: 'metadata.name!=q', pageSize: 1 },
  )
  const watching = await f.watch(1)
  assert.deepEqual(f.told, ['all a b c'])
  assert.equal(f.reflector.isSynced, true)
  assert.deepEqual(
    f.lists.map(({ path, query }) => [path, query.get('limit'), query.get('continue'), query.get('resourceVersion')]),
    [null, 'second', 'third'].map((proceed) => [
      `/apis/test.plimsoll.dev/v1/namespaces/shop/things`,
      '1',
      proceed,
      null,
    ]),
  )
  for (const { query } of [...f.lists, watching]) {
    assert.equal(query.get('labelSelector'), 'app=x,tier!=y')
    assert.equal(query.get('fieldSelector'), 'metadata.name!=q')
  }
  assert.equal(watching.query.get('resourceVersion'), '100')
  assert.equal(watching.query.get('allowWatchBookmarks'), 'true')
  assert.equal(watching.query.get('timeoutSeconds'), '450', 'between 5 and 10 minutes, by chance')
})

test('reports changes in the order in which they happened', async (context) => {
  const f = await follow(context, [list('1', thing('a', '1'))])
  const watching = await f.watch(1)
  watching.send(
    { type: 'ADDED', object: thing('b', '2', 2) },
    { type: 'MODIFIED', object: thing('a', '3', 9) },
    { type: 'DELETED', object: thing('b', '4', 2) },
  )
  await f.eventually('the deletion', () => f.told.length === 4)
  assert.deepEqual(f.told, ['all a', 'put b 2', 'put a 9', 'del b'])
  assert.deepEqual([...f.known], [['a', 9]])
})

test('reports that it is up to date after a list, a change and a bookmark, and not otherwise', async (context) => {
  const f = await follow(context, [list('100', thing('a', '90'))])
  const first = await f.watch(1)
  assert.equal(f.heard(), 1)
  first.send({ type: 'MODIFIED', object: thing('a', '101', 2) })
  await f.eventually('the change', () => f.heard() === 2)
  first.send(bookmark('102'))
  await f.eventually('the bookmark', () => f.heard() === 3)
  f.time.advance(170_000)
  assert.equal(f.heard(), 3)
})

test('is not synced, and replaces nothing, before it has the last page', async (context) => {
  const f = await follow(context, [
    { metadata: { resourceVersion: '5', continue: 'more' }, items: [thing('a', '1')] },
    (call: Call) => call.reply(500, failure(500, 'InternalError')),
    list('7', thing('a', '1'), thing('b', '6')),
  ])
  await f.eventually('the failure of the second page', () => f.troubles.length === 1)
  assert.equal(f.reflector.isSynced, false)
  assert.deepEqual(f.told, [])
  await f.watch(1)
  assert.deepEqual(f.told, ['all a b'])
})

test('continues from a bookmark when the server ends the watch regularly', async (context) => {
  const f = await follow(context, [list('10')])
  const first = await f.watch(1)
  first.send(bookmark('777'))
  await f.eventually('the bookmark to be on its way', () => first.response.writableLength === 0)
  f.time.advance(60_000)
  first.response.end()
  const second = await f.watch(2)
  assert.equal(second.query.get('resourceVersion'), '777')
  assert.equal(f.lists.length, 1)
  assert.deepEqual(f.troubles, [])
})

test('a connection that is cut in the middle of a line loses nothing and repeats nothing', async (context) => {
  const f = await follow(context, [list('10')])
  const first = await f.watch(1)
  const whole = JSON.stringify({ type: 'ADDED', object: thing('b', '12', 5) })
  first.send({ type: 'ADDED', object: thing('a', '11') })
  first.sendRaw(whole.slice(0, 40))
  await f.eventually('the first event', () => f.told.length === 2)
  first.response.destroy()
  const second = await f.watch(2)
  assert.equal(second.query.get('resourceVersion'), '11')
  second.sendRaw(`${whole}\n`)
  await f.eventually('the second event', () => f.told.length === 3)
  assert.deepEqual(f.told, ['all ', 'put a 1', 'put b 5'])
  assert.equal(f.lists.length, 1)
})

test('reads an event in any pieces', async (context) => {
  const f = await follow(context, [list('10')])
  const watching = await f.watch(1)
  const bytes = Buffer.from(`${JSON.stringify({ type: 'ADDED', object: thing('größe-🚢', '11') })}\n`.repeat(3))
  for (let at = 0; at < bytes.length; at += 7) {
    watching.sendRaw(bytes.subarray(at, at + 7))
    await new Promise(setImmediate)
  }
  await f.eventually('three events', () => f.told.length === 4)
  assert.deepEqual(f.told.slice(1), Array(3).fill('put größe-🚢 1'))
})

for (const [how, expire] of [
  ['as the status of the answer', undefined],
  ['as an event of the watch', { type: 'ERROR', object: failure(410, 'Expired', 'too old resource version: 10 (99)') }],
] as const) {
  test(`lists again when the version has expired, told ${how}, and forgets what is gone`, async (context) => {
    const f = await follow(context, [list('10', thing('a', '1'), thing('gone', '2')), list('99', thing('a', '50', 4))])
    const first = await f.watch(1)
    if (expire) first.send(expire)
    else {
      f.refuse((call) => (call.query.get('watch') ? call.reply(410, failure(410, 'Expired')) : call.response.destroy()))
      first.response.destroy()
      await f.eventually('the first trouble', () => f.troubles.length === 1)
      f.time.advance(31_000)
      await f.eventually('the refusal', () => f.troubles.length === 2)
      f.refuse()
    }
    const second = await f.watch(2)
    assert.equal(second.query.get('resourceVersion'), '99')
    assert.deepEqual(f.told, ['all a gone', 'all a'])
    assert.deepEqual([...f.known], [['a', 4]])
    assert.match(f.troubles.at(-1)!.error.message, /410 Expired/)
  })
}

test('stays synced, with its data, while it lists again', async (context) => {
  const f = await follow(context, [
    list('10', thing('a', '1')),
    (call: Call) => call.reply(503, failure(503, 'ServiceUnavailable')),
  ])
  const first = await f.watch(1)
  first.send({ type: 'ERROR', object: failure(410, 'Expired') })
  await f.eventually('the expiry', () => f.troubles.length === 1)
  f.time.advance(31_000)
  await f.eventually('the failed list', () => f.troubles.length === 2)
  assert.equal(f.reflector.isSynced, true)
  assert.deepEqual([...f.known], [['a', 1]])
})

test('after a long outage it lists immediately when the server answers that the version is too old', async (context) => {
  const f = await follow(context, [list('10'), list('20', thing('a', '15'))])
  f.time.chance = 1
  const first = await f.watch(1)
  f.refuse((call) => call.response.destroy())
  first.response.destroy()
  for (let failures = 1; failures <= 8; failures++) {
    await f.eventually('an attempt', () => f.troubles.length === failures)
    if (failures === 8) f.refuse((call) => call.reply(410, failure(410, 'Expired')))
    f.time.advance(31_000)
  }
  await f.eventually('the answer', () => f.troubles.length === 9)
  assert.deepEqual(
    f.troubles.slice(-2).map(({ retryMilliseconds }) => retryMilliseconds),
    [30_000, 500],
  )
  f.refuse()
  f.time.advance(500)
  await f.eventually('the new list', () => f.known.has('a'))
})

test('a server that refuses the version that it has just listed is not called in a tight loop', async (context) => {
  const f = await follow(context, [list('10')])
  f.time.chance = 1
  const first = await f.watch(1)
  f.refuse((call) => (call.query.get('watch') ? call.reply(410, failure(410, 'Expired')) : call.reply(200, list('10'))))
  first.response.destroy()
  for (let failures = 1; failures <= 8; failures++) {
    await f.eventually('an attempt', () => f.troubles.length === failures)
    f.time.advance(31_000)
  }
  assert.equal(f.troubles.at(-1)!.retryMilliseconds, 30_000)
})

test('lists again when the server says that the version is in the future, as after a restored backup', async (context) => {
  const f = await follow(context, [list('1000'), list('20')])
  const first = await f.watch(1)
  const details = {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  }
  f.refuse((call) => call.reply(504, failure(504, 'Timeout', 'Too large resource version: 1000, current: 20', details)))
  first.response.destroy()
  await f.eventually('the cut', () => f.troubles.length === 1)
  f.time.advance(31_000)
  await f.eventually('the refusal', () => f.troubles.length === 2)
  f.refuse()
  assert.equal((await f.watch(2)).query.get('resourceVersion'), '20')
})

for (const [status, meaning, version] of [
  [400, 'does not understand the version', '20'],
  [404, 'no longer knows the type', '20'],
  [403, 'refuses access', '10'],
  [500, 'has failed once', '10'],
  [504, 'was too slow', '10'],
] as const) {
  const what = version === '20' ? 'lists again' : 'resumes from its version'
  test(`${what} when the server ${meaning} (${status})`, async (context) => {
    const f = await follow(context, [list('10'), list('20')])
    const first = await f.watch(1)
    first.send({ type: 'ERROR', object: failure(status, 'Reason') })
    assert.equal((await f.watch(2)).query.get('resourceVersion'), version)
  })
}

test('lists again after an event that is too large', async (context) => {
  const f = await follow(context, [list('10'), list('20')])
  const first = await f.watch(1)
  first.sendRaw(Buffer.alloc(16 * 1024 * 1024 + 1, ' '))
  assert.equal((await f.watch(2)).query.get('resourceVersion'), '20')
  assert.match(f.troubles[0]!.error.message, /Plimsoll refuses to hold so much in memory/)
})

test('lists again when a handler of its caller fails', async (context) => {
  let failing = false
  const onHeard = () => {
    if (failing) throw new Error('no room')
  }
  const f = await follow(context, [list('10'), list('20')], {}, { onHeard })
  const first = await f.watch(1)
  failing = true
  first.send(bookmark('11'))
  await f.eventually('the failure', () => f.troubles.length === 1)
  failing = false
  assert.equal((await f.watch(2)).query.get('resourceVersion'), '20')
})

test('the handler for being up to date is optional', async (context) => {
  const f = await follow(context, [list('10')], {}, { onHeard: null })
  const watching = await f.watch(1)
  watching.send({ type: 'ADDED', object: thing('a', '11') })
  await f.eventually('the event', () => f.known.has('a'))
  assert.deepEqual(f.troubles, [])
})

test('uses nothing of a list without a version to watch from', async (context) => {
  const f = await follow(context, [list('', thing('a', '1')), list('10')], { namespace: 'shop' })
  await f.watch(1)
  assert.deepEqual(f.told, ['all '])
  assert.match(
    f.troubles[0]!.error.message,
    /^the list of things in shop has no resourceVersion to watch from\. This is not an answer of a Kubernetes API server/,
  )
})

test('a left out object without a name is reported as such', async (context) => {
  const trim = ({ metadata, size }: Thing) => ({ name: metadata.name!.trim(), size: size! })
  const f = await follow(
    context,
    [list('10', null as unknown as Thing, { metadata: {} }, thing('a', '1'))],
    {},
    { trim },
  )
  await f.watch(1)
  assert.deepEqual(f.told, ['all a'])
  assert.deepEqual(
    f.troubles.map(({ error }) => error.message.replace(/: .*/, '')),
    ['Thing (no name) was left out', 'Thing (no name) was left out'],
  )
})

test('a watch that has ended leaves nothing on the signal', async (context) => {
  const f = await follow(context, [list('10')])
  const listeners = async (number: number) => {
    const watching = await f.watch(number)
    const count = getEventListeners(f.stop.signal, 'abort').length
    watching.response.destroy()
    return count
  }
  assert.equal(await listeners(1), await listeners(2))
})

test('lists again after an invalid event, because it may have been a change', async (context) => {
  for (const nonsense of [
    'not json\n',
    '[]\n',
    'null\n',
    '{"type":"ADDED"}\n',
    '{"type":"NEW","object":{"metadata":{"resourceVersion":"1"}}}\n',
  ]) {
    const f = await follow(context, [list('10'), list('20', thing('a', '15'))])
    const first = await f.watch(1)
    first.sendRaw(nonsense)
    const second = await f.watch(2)
    assert.equal(second.query.get('resourceVersion'), '20', nonsense)
    assert.equal(f.troubles[0]!.error.name, 'KubeError')
    assert.match(f.troubles[0]!.error.message, /expected an object in JSON/)
  }
})

test('reconnects after three minutes without an event or bookmark, as with a half-open connection', async (context) => {
  const f = await follow(context, [list('10')])
  const first = await f.watch(1)
  f.time.advance(100_000)
  first.send(bookmark('11'))
  first.send({ type: 'ADDED', object: thing('a', '12') })
  await f.eventually('the event', () => f.told.length === 2)
  f.time.advance(100_000)
  first.send({ type: 'ADDED', object: thing('b', '13') })
  await f.eventually('another event', () => f.told.length === 3 || f.troubles.length > 0)
  assert.equal(f.troubles.length, 0, 'what was heard after 100 s puts the end off')
  f.time.advance(179_999)
  await new Promise(setImmediate)
  assert.equal(f.troubles.length, 0)
  f.time.advance(1)
  await f.eventually('the watchdog', () => f.troubles.length === 1)
  const { message } = f.troubles[0]!.error
  assert.match(
    message,
    /^the watch of things delivered no event and no bookmark for 3 minutes\. The API server is overl/,
  )
  assert.equal((await f.watch(2)).query.get('resourceVersion'), '13')
  assert.equal(f.lists.length, 1)
})

test('waits for the time in Retry-After and then a random time, when the server sheds load', async (context) => {
  const shed = (call: Call) => call.reply(429, failure(429, 'TooManyRequests'), { 'retry-after': '7' })
  const f = await follow(context, [shed, list('10')])
  await f.eventually('the refusal', () => f.troubles.length === 1)
  assert.equal(f.troubles[0]!.retryMilliseconds, 7_000 + 250)
  f.time.advance(7_249)
  await new Promise(setImmediate)
  assert.equal(f.lists.length, 1)
  f.time.advance(1)
  await f.watch(1)
})

test('waits a minute for a Retry-After of a year', async (context) => {
  const f = await follow(context, [(call: Call) => call.reply(503, failure(503, 'X'), { 'retry-after': '31536000' })])
  await f.eventually('the refusal', () => f.troubles.length === 1)
  assert.equal(f.troubles[0]!.retryMilliseconds, 60_250)
})

test('never gives up: its pauses double up to 30 s and stay there, and start again after one good watch', async (context) => {
  let failing = true
  const f = await follow(context, [(call: Call) => (failing ? call.response.destroy() : call.reply(200, list('10')))])
  f.time.chance = 0.999
  const expected = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000].map((most) => most * 0.999)
  for (const [failures, pause] of expected.entries()) {
    await f.eventually(`failure ${failures + 1}`, () => f.troubles.length === failures + 1)
    assert.equal(f.troubles[failures]!.retryMilliseconds, pause)
    f.time.advance(pause)
  }
  await f.eventually('one more failure', () => f.troubles.length === expected.length + 1)
  failing = false
  const watching = await f.watch(1)
  f.time.advance(5_000)
  watching.response.destroy()
  await f.eventually('the cut', () => f.troubles.length === expected.length + 2)
  assert.equal(f.troubles.at(-1)!.retryMilliseconds, 499.5)
})

test('a server that ends every watch immediately is not called in a tight loop', async (context) => {
  const f = await follow(context, [list('10')])
  for (let number = 1; number <= 4; number++) {
    const watching = await f.watch(number)
    watching.response.end()
    await f.eventually('the end', () => f.troubles.length === number)
    assert.equal(f.troubles.at(-1)!.retryMilliseconds, 250 * 2 ** (number - 1))
    const { message } = f.troubles.at(-1)!.error
    assert.match(
      message,
      /^the server ended the watch of things as soon as it had begun\. The API server may be restarting/,
    )
  }
  assert.equal(f.lists.length, 1)
})

test('keeps trying while its credentials are refused, gets new ones, and continues where it was', async (context) => {
  const f = await follow(context, [list('10', thing('a', '1'))])
  const first = await f.watch(1)
  f.refuse((call) => call.reply(401, failure(401, 'Unauthorized', 'Unauthorized')))
  first.response.destroy()
  for (let number = 1; number <= 5; number++) {
    await f.eventually(`trouble ${number}`, () => f.troubles.length === number)
    f.time.advance(31_000)
  }
  assert.match(f.troubles[1]!.error.message, /401 Unauthorized.*credentials are expired or revoked/)
  assert.ok(f.forgotten() >= 4)
  f.refuse()
  assert.equal((await f.watch(2)).query.get('resourceVersion'), '10')
  assert.deepEqual(f.told, ['all a'])
})

test('an object that cannot be read is reported and left out, and all others are kept', async (context) => {
  const trim = (object: Thing) => {
    if (object.size === 13) throw new RangeError('13 is no size')
    return { name: object.metadata.name!, size: object.size! }
  }
  const f = await follow(context, [list('10', thing('a', '1'), thing('bad', '2', 13), thing('c', '3'))], {}, { trim })
  const watching = await f.watch(1)
  watching.send({ type: 'ADDED', object: thing('worse', '11', 13) }, { type: 'ADDED', object: thing('d', '12') })
  await f.eventually('the good event', () => f.told.length === 2)
  assert.deepEqual(f.told, ['all a c', 'put d 1'])
  assert.deepEqual(
    f.troubles.map(({ error, retryMilliseconds }) => [error.message, retryMilliseconds]),
    ['bad', 'worse'].map((name) => [`Thing shop/${name} was left out: 13 is no size`, undefined]),
  )
  assert.ok(f.troubles[0]!.error.cause instanceof RangeError)
})

test('a handler that fails to process the whole set gets it again', async (context) => {
  let failures = 2
  const onReplace = () => {
    if (failures-- > 0) throw new Error('no room')
  }
  const f = await follow(context, [list('10', thing('a', '1'))], {}, { onReplace })
  await f.watch(1)
  assert.equal(f.lists.length, 3)
  assert.deepEqual(
    f.troubles.map(({ error }) => error.message),
    ['no room', 'no room'],
  )
})

const SIZE = ['Namespace', 'Size']
const columns = (...names: string[]) => ['Name', ...names].map((name) => ({ name, format: name.toLowerCase() }))
/** A row or a whole object. */
const trim = (object: Thing | Row) => {
  const { name } = object.metadata
  const size = 'cells' in object ? (object as Row).cells.Size : object.size
  if (typeof size !== 'number') throw new Error('no size')
  return { name: name!, size }
}

test('reads columns if requested; an invalid row is left out, and named', async (context) => {
  const rows = table('10', columns(...SIZE), ['a', 'shop', 1], ['b', 'shop', 'much'])
  const f = await follow(context, [rows], { columns: SIZE }, { trim })
  const watching = await f.watch(1)
  watching.send({ type: 'MODIFIED', object: table('11', columns(...SIZE), ['a', 'shop', 7]) })
  watching.send({ type: 'DELETED', object: table('12', null, ['a', 'shop', 7]) })
  await f.eventually('the deletion', () => f.told.length === 3)
  assert.deepEqual(f.told, ['all a', 'put a 7', 'del a'])
  assert.deepEqual(
    f.troubles.map(({ error }) => error.message),
    ['Thing shop/b was left out: no size'],
  )
})

test('whole objects are read immediately from a server that does not know the columns, until the next list', async (context) => {
  let known = columns()
  const answer = (call: Call) => {
    const asTable = call.query.get('includeObject') === 'None'
    call.reply(
      200,
      asTable ? table('10', known, ...(known.length > 1 ? [['a', 'shop', 2]] : [])) : list('10', thing('a', '1')),
    )
  }
  const f = await follow(context, [answer], { columns: SIZE }, { trim })
  const whole = await f.watch(1)
  assert.equal(whole.query.get('includeObject'), null)
  assert.deepEqual(f.told, ['all a'])
  assert.equal(f.lists.length, 2)
  const [{ error, retryMilliseconds }] = f.troubles as [(typeof f.troubles)[number]]
  assert.equal(f.troubles.length, 1)
  assert.match(error.message, /no column Namespace, Size.*older than this program.*Until then, whole objects are read/)
  assert.equal(retryMilliseconds, 0)

  known = columns(...SIZE)
  whole.send({ type: 'ERROR', object: failure(410, 'Expired') })
  assert.equal((await f.watch(2)).query.get('includeObject'), 'None')
  assert.equal(f.known.get('a'), 2)
})

const ROWS_OF: ResourceType = { ...THINGS, apiVersion: 'test.plimsoll.dev/rows' }

test('columns may be from another version of the type, which is listed and watched', async (context) => {
  const rows = table('10', columns(...SIZE), ['a', 'shop', 1])
  const f = await follow(context, [rows], { columns: SIZE, columnsType: ROWS_OF }, { trim })
  const watching = await f.watch(1)
  assert.deepEqual(
    [f.lists[0]!, watching].map(({ path }) => path),
    ['/apis/test.plimsoll.dev/rows/things', '/apis/test.plimsoll.dev/rows/things'],
  )
  assert.deepEqual(f.told, ['all a'])
})

test('whole objects are read from a server that does not serve that version, until the next list', async (context) => {
  let isServed = false
  const answer = (call: Call) => {
    if (!call.path.startsWith('/apis/test.plimsoll.dev/rows/')) return call.reply(200, list('10', thing('a', '1')))
    if (isServed) call.reply(200, table('10', columns(...SIZE), ['a', 'shop', 2]))
    else call.reply(404, failure(404, 'NotFound', 'the server could not find the requested resource'))
  }
  const f = await follow(context, [answer], { columns: SIZE, columnsType: ROWS_OF }, { trim })
  const whole = await f.watch(1)
  assert.deepEqual([whole.path, f.known.get('a')], ['/apis/test.plimsoll.dev/v1/things', 1])
  const [{ error, retryMilliseconds }] = f.troubles as [(typeof f.troubles)[number]]
  assert.match(error.message, /does not serve things at test\.plimsoll\.dev\/rows.*older than this program/)
  assert.deepEqual([f.troubles.length, retryMilliseconds], [1, 0])

  isServed = true
  whole.send({ type: 'ERROR', object: failure(410, 'Expired') })
  assert.equal((await f.watch(2)).path, '/apis/test.plimsoll.dev/rows/things')
  assert.equal(f.known.get('a'), 2)
})

test('columns that are removed during a watch lose no change: whole objects are listed again', async (context) => {
  let known = columns(...SIZE)
  const answer = (call: Call) => {
    const asTable = call.query.get('includeObject') === 'None'
    call.reply(200, asTable ? table('10', known, ['a', 'shop', 1]) : list('12', thing('a', '12', 5)))
  }
  const f = await follow(context, [answer], { columns: SIZE }, { trim })
  const watching = await f.watch(1)
  known = columns()
  watching.send({ type: 'BOOKMARK', object: table('11', known, ['']) })
  assert.equal((await f.watch(2)).query.get('resourceVersion'), '12')
  assert.deepEqual(f.told, ['all a', 'all a'])
  assert.equal(f.known.get('a'), 5)
})

test('a type that is not installed yet is waited for', async (context) => {
  const missing = (call: Call) =>
    call.reply(404, failure(404, 'NotFound', 'the server could not find the requested resource'))
  const f = await follow(context, [missing, missing, list('10', thing('a', '1'))])
  await f.watch(1)
  assert.deepEqual(f.told, ['all a'])
  assert.match(f.troubles[0]!.error.message, /its CustomResourceDefinition or aggregated API is not installed/)
})

test('without the metrics API, the error does not ask for a CustomResourceDefinition', () => {
  const answer = { status: 404, text: '404 page not found' }
  const { message } = errorOfAnswer('GET https://api/apis/metrics.k8s.io/v1beta1/pods', answer)
  assert.match(message, /metrics-server/)
  assert.doesNotMatch(message, /CustomResourceDefinition/)
})

test('lists again when the server fails on the same version repeatedly', async (context) => {
  const f = await follow(context, [list('10'), list('20')])
  const first = await f.watch(1)
  f.refuse((call) =>
    call.query.get('watch') ? call.reply(500, failure(500, 'InternalError')) : call.reply(200, list('20')),
  )
  first.response.destroy()
  await f.eventually('the cut', () => f.troubles.length === 1)
  const isWatch = ({ query }: Call) => query.get('watch') !== null
  await f.eventually('a second list', () => {
    f.time.advance(31_000)
    return f.calls.filter((call) => !isWatch(call)).length === 2
  })
  assert.equal(
    f.calls.slice(1).findIndex((call) => !isWatch(call)),
    1 + 4,
    'the cut and four refusals come before it',
  )
  f.refuse()
  assert.equal((await f.watch(2)).query.get('resourceVersion'), '20')
})

test('stops immediately during a watch, a list and a pause', async (context) => {
  const watching = await follow(context, [list('10')])
  await watching.watch(1)
  watching.stop.abort()
  await watching.running
  const listing = await follow(context, [() => {}])
  await listing.eventually('the list to be asked for', () => listing.lists.length === 1)
  listing.stop.abort()
  await listing.running
  const pausing = await follow(context, [(call: Call) => call.response.destroy()])
  await pausing.eventually('the pause', () => pausing.troubles.length === 1)
  pausing.stop.abort()
  await pausing.running
  for (const { time } of [watching, listing, pausing]) assert.equal(time.waiting, 0, 'no timer is left')
  const troubles = [watching, listing, pausing].map((one) => one.troubles.length)
  assert.deepEqual(troubles, [0, 0, 1], 'to be stopped is no trouble')
})
