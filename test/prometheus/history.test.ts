import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HistoryError, type ReadProgress } from '../../src/history/index.ts'
import { prometheusHistory } from '../../src/prometheus/index.ts'
import { collect, spell } from '../history/support.ts'
import { type Answer, DAY, dataFor, healthy, json, LAST_DAY, NOW, options, readDay, startStore } from './store.ts'

const STEP = 300

test('without a window it reads the 14 days before now', async (t) => {
  const store = await startStore(t, healthy)
  const samples = await collect(prometheusHistory(options(store.url)))
  assert.equal(samples.length, (14 * DAY) / STEP)
  assert.equal(samples[0]!.timestampSeconds, NOW - 14 * DAY)
  assert.equal(samples.at(-1)!.timestampSeconds, NOW - STEP)
  assert.equal(spell(samples[0]!), `shop/StatefulSet/web/web[web-0]@${NOW - 14 * DAY} 0.5 1048576`)
})

test('samples are at multiples of the step inside the window, so that consecutive readings fit together', async (t) => {
  const store = await startStore(t, healthy)
  const source = prometheusHistory(options(store.url))
  const between = async (fromSeconds: number, toSeconds: number) =>
    (await collect(source, { window: { fromSeconds, toSeconds } })).map(
      ({ timestampSeconds }) => timestampSeconds - NOW,
    )
  assert.deepEqual(await between(NOW - 601, NOW - 300), [-600])
  assert.deepEqual(await between(NOW - 300, NOW + 1), [-300, 0])
  assert.deepEqual(await between(NOW - 299, NOW - 1), [])
})

test('no query is for more points than stores allow', async (t) => {
  const refused = 0
  const store = await startStore(t, (request, response) => {
    const points = (request.end - request.start) / request.step + 1
    if (request.path.endsWith('query_range') && points > 11_000)
      return json(response, { status: 'error', error: 'exceeded maximum resolution' }, 400)
    healthy(request, response, undefined as never)
  })
  const window = { fromSeconds: NOW - 100 * DAY, toSeconds: NOW }
  const samples = await collect(prometheusHistory(options(store.url, { maxAnswerBytes: 2 ** 24 })), { window })
  assert.equal(samples.length, (100 * DAY) / STEP)
  assert.equal(refused, 0)
  assert.ok(store.requests.length < 140, `${store.requests.length} requests`)
})

test('all namespaces are read one after the other, or the selected ones', async (t) => {
  const store = await startStore(t, (request, response) => {
    const data = dataFor(request) as { result: { metric: Record<string, string> }[] }
    if (request.path.endsWith('/query')) {
      // Only ranges have data.
    } else if (request.query.startsWith('count')) {
      data.result = ['shop', 'data', 'data', '', 'No Name'].map((namespace) => ({
        ...data.result[0],
        metric: { namespace },
      }))
    } else {
      for (const { metric } of data.result) metric.namespace = /namespace="(.*?)"/.exec(request.query)![1]!
    }
    json(response, { status: 'success', data })
  })
  const namespacesIn = async (more = {}) => [
    ...new Set((await readDay(store.url, more)).map(({ container }) => container.workload.namespace)),
  ]
  assert.deepEqual(await namespacesIn(), ['data', 'shop'])
  assert.ok(store.requests.every(({ query }) => !query.includes('No Name')))
  const asked = store.requests.length
  assert.deepEqual(await namespacesIn({ namespaces: ['shop'] }), ['shop'])
  const ofNamespaces = store.requests.slice(asked).filter(({ query }) => !query.includes('exported_'))
  assert.ok(ofNamespaces.every(({ query }) => query.includes('namespace="shop"')))
})

test('a selected namespace without containers has no samples', async (t) => {
  const store = await startStore(t, ({ path }, response) => {
    const resultType = path.endsWith('range') ? 'matrix' : 'vector'
    json(response, { status: 'success', data: { resultType, result: [] } })
  })
  assert.deepEqual(await readDay(store.url, { namespaces: ['shop'] }), [])
})

test('selected labels are part of every query, with any values', async (t) => {
  const store = await startStore(t, healthy)
  await readDay(store.url, { labels: { cluster: 'a "b" \\ c' } })
  for (const { query } of store.requests) assert.ok(query.includes(String.raw`cluster="a \"b\" \\ c"`), query)
})

test('the part before /api/v1 is kept, with or without a slash at its end', async (t) => {
  const store = await startStore(t, healthy)
  for (const path of ['', '/', '/prometheus', '/select/0/prometheus/']) {
    const before = store.requests.length
    await readDay(store.url + path)
    for (const request of store.requests.slice(before)) {
      assert.match(request.path, new RegExp(`^${path.replace(/\/$/, '')}/api/v1/query(_range)?$`))
    }
  }
  assert.equal(
    prometheusHistory(options('http://p.example/select/0/prometheus/')).name,
    'Prometheus http://p.example/select/0/prometheus',
  )
})

test('a container with only CPU or only memory has the values that exist', async (t) => {
  const store = await startStore(t, (request, response) => {
    const data = dataFor(request) as { result: { metric: Record<string, string>; values: unknown[] }[] }
    if (!request.query.startsWith('count') && request.path.endsWith('range')) {
      const cpu = request.query.includes('rate(')
      data.result[0]!.metric.pod = cpu ? 'cpu-0' : 'memory-0'
      data.result[0]!.values.length = 1
    }
    json(response, { status: 'success', data })
  })
  assert.deepEqual((await readDay(store.url)).map(spell), [
    `shop/StatefulSet/cpu/web[cpu-0]@${NOW - DAY} 0.5 NaN`,
    `shop/StatefulSet/memory/web[memory-0]@${NOW - DAY} NaN 1048576`,
  ])
})

test('CPU and memory at different times have separate samples, in order', async (t) => {
  const at = (...steps: number[]) => steps.map((i) => [NOW - DAY + i * STEP, '1'])
  const store = await startStore(t, (request, response) => {
    const data = dataFor(request) as { result: { values: unknown[] }[] }
    if (!request.query.startsWith('count') && request.path.endsWith('range')) {
      data.result[0]!.values = request.query.includes('rate(') ? at(0, 1, 4) : at(1, 2, 3, 5)
    }
    json(response, { status: 'success', data })
  })
  assert.deepEqual(
    (await readDay(store.url)).map((s) => [(s.timestampSeconds - NOW + DAY) / STEP, s.cpuCores, s.memoryBytes]),
    [
      [0, 1, NaN],
      [1, 1, 1],
      [2, NaN, 1],
      [3, NaN, 1],
      [4, 1, NaN],
      [5, NaN, 1],
    ],
  )
})

test('the Pods of a workload are interleaved, in order of time', async (t) => {
  const store = await startStore(t, (request, response) => {
    const data = dataFor(request) as { result: { metric: Record<string, string>; values: unknown[] }[] }
    if (!request.query.startsWith('count') && request.path.endsWith('range')) {
      const [series] = data.result
      series!.values.length = 2
      data.result = ['db-0', 'db-1'].map((pod) => ({ ...series!, metric: { ...series!.metric, pod } }))
    }
    json(response, { status: 'success', data })
  })
  assert.deepEqual(
    (await readDay(store.url)).map(({ pod, timestampSeconds }) => [pod, (timestampSeconds - NOW + DAY) / STEP]),
    [
      ['db-0', 0],
      ['db-1', 0],
      ['db-0', 1],
      ['db-1', 1],
    ],
  )
})

test('warnings of the server are reported once each', async (t) => {
  const store = await startStore(t, (request, response) => {
    const warnings = ['store gateway 2: no answer\u001b[2J', request.query.includes('rate(') ? 'rate' : 'no rate']
    json(response, { status: 'success', data: dataFor(request), warnings, infos: ['fine'], isPartial: true })
  })
  const told: string[] = []
  assert.equal((await readDay(store.url, { onWarning: (message) => told.push(message) })).length, DAY / STEP)
  assert.deepEqual(told.sort(), [
    '"no rate"',
    '"rate"',
    '"store gateway 2: no answer\\u001b[2J"',
    'the answer is partial: some of the storage nodes did not answer',
  ])
})

test('progress rises to 1', async (t) => {
  const store = await startStore(t, healthy)
  const seen: ReadProgress[] = []
  await collect(prometheusHistory(options(store.url)), { onProgress: (progress) => seen.push(progress) })
  assert.deepEqual(seen.at(-1), { samples: (14 * DAY) / STEP, share: 1 })
  for (let i = 1; i < seen.length; i++) assert.ok(seen[i]!.share! > seen[i - 1]!.share!)
})

test('a reader that stops early releases the connection', async (t) => {
  let open = 0
  const answer: Answer = (request, response, incoming) => {
    if (incoming.socket.listenerCount('close', count) === 0) {
      open++
      incoming.socket.once('close', count)
    }
    healthy(request, response, incoming)
  }
  const count = () => open--
  const store = await startStore(t, answer)
  for await (const batch of prometheusHistory(options(store.url)).read(LAST_DAY)) {
    assert.ok(batch.length > 0)
    assert.equal(open, 1)
    break
  }
  const since = performance.now()
  while (open > 0) {
    assert.ok(performance.now() - since < 2_000, 'not left to the time-out of idle connections')
    await new Promise(setImmediate)
  }
})

test('unusable options are refused immediately', () => {
  for (const [wrong, message] of [
    [{ url: 'prometheus:9090' }, /not a URL: expected one like https/],
    [{ url: 'ftp://prometheus' }, /not a URL/],
    [{ url: 'http://p.example/?x=1' }, /p.example may not contain "\?"/],
    [{ stepSeconds: 0 }, /a step of 0 s cannot be used/],
    [{ stepSeconds: 60.5 }, /a step of 60.5 s/],
    [{ namespaces: ['shop"} or vector(1)'] }, /is not a valid name of a namespace/],
    [{ labels: { 'a="b",c': 'd' } }, /is not a valid name of a label/],
  ] as const) {
    assert.throws(
      () => prometheusHistory({ ...options('http://127.0.0.1:1'), ...wrong }),
      (error) => error instanceof HistoryError && message.test(error.message),
    )
  }
})
