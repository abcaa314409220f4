import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { type TestContext, test } from 'node:test'
import {
  KubeClient,
  type KubeObject,
  type ObjectName,
  type RequestOptions,
  type ResourceType,
  TokenBucket,
  whileLeading,
} from '../../src/kube/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { type Call, failure, startServer, unlimited } from './fake-server.ts'

const LEASE: ObjectName = { namespace: 'plimsoll', name: 'learner' }
type Spec = {
  holderIdentity?: string
  leaseDurationSeconds?: number
  acquireTime?: string
  renewTime?: string
  leaseTransitions?: number
}

/** One Lease behind HTTP, with the API server's optimistic locking. A candidate in `cut` gets no answer. */
async function startLeaseServer(context: TestContext) {
  let version = 0
  let stored: (KubeObject & { spec?: Spec }) | undefined
  /** Requests without an answer, and what answers them after all. */
  const hung = new Map<Call, () => void>()
  const cut = new Set<string>()
  const failing = new Set<string>()
  /** Whose writes are refused. */
  const refused = new Set<string>()
  /** Whose next write is stored without an answer. */
  const deaf = new Set<string>()
  const keep = (object: KubeObject & { spec?: Spec }) => {
    stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++version) } }
  }
  const store = (call: Call, status: number) => {
    keep(JSON.parse(call.body))
    const now = stored!
    if (deaf.delete(whoseIs(call))) hang(call, () => call.reply(status, now))
    else call.reply(status, now)
  }
  const hang = (call: Call, late: () => void) => {
    hung.set(call, late)
    call.response.on('close', () => hung.delete(call))
  }
  const api = await startServer(context, (call) =>
    cut.has(whoseIs(call)) ? hang(call, () => answer(call)) : answer(call),
  )
  function answer(call: Call) {
    const who = whoseIs(call)
    if (failing.has(who)) call.reply(500, failure(500, 'InternalError'))
    else if (call.method !== 'GET' && refused.has(who)) call.reply(500, failure(500, 'InternalError'))
    else if (call.method === 'GET') stored ? call.reply(200, stored) : call.reply(404, failure(404, 'NotFound'))
    else if (call.method === 'POST') stored ? call.reply(409, failure(409, 'AlreadyExists')) : store(call, 201)
    else if (JSON.parse(call.body).metadata.resourceVersion !== stored?.metadata.resourceVersion) {
      call.reply(409, failure(409, 'Conflict'))
    } else store(call, 200)
  }
  const candidates: { readonly time: FakeTime; readonly client: CountingClient; leads(): boolean }[] = []

  /** A process with its own clocks. */
  function candidate(identity: string, clockSkew = 0, writes = unlimited()) {
    const time = new FakeTime(Date.parse('2026-01-01T00:00:00Z') + clockSkew)
    const client = new CountingClient({ credentials: api.credentials, version: identity, writes })
    const stop = new AbortController()
    const troubles: Error[] = []
    /** Since when it leads, and the signal that tells it to stop; null while it does not lead. */
    let leading: AbortSignal | null = null
    let turns = 0
    let finish: (error?: Error) => void = () => {}
    /** Whether work ends as soon as it is told to. */
    const state = { obedient: true }
    const running = whileLeading(
      { client, lease: LEASE, identity, time, onTrouble: (error) => troubles.push(error) },
      async (signal) => {
        leading = signal
        turns++
        try {
          await new Promise<void>((resolve, reject) => {
            finish = (error) => (error ? reject(error) : resolve())
            signal.addEventListener('abort', () => state.obedient && resolve())
          })
        } finally {
          leading = null
        }
      },
      stop.signal,
    )
    context.after(async () => {
      cut.clear()
      stop.abort()
      finish()
      for (const call of hung.keys()) call.response.destroy()
      await running.catch(() => {})
      client.close()
    })
    const one = {
      ...{ identity, time, client, stop, troubles, running, state },
      finish: (error?: Error) => finish(error),
      turns: () => turns,
      leads: () => leading !== null && !leading.aborted,
      works: () => leading !== null,
      reason: () => leading?.reason as Error | undefined,
      whyNot: () => String((leading?.reason as Error | undefined)?.message),
    }
    candidates.push(one)
    return one
  }

  /** Waits until nobody does anything any more but wait. */
  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < 5; ) {
      await new Promise(setImmediate)
      const busy = candidates.reduce((sum, { client }) => sum + client.inFlight, 0) > hung.size
      quiet = busy ? 0 : quiet + 1
    }
  }
  /** Lets time pass for everyone, in small steps. */
  async function pass(milliseconds: number): Promise<void> {
    await settle()
    for (let left = milliseconds; left > 0; left -= 250) {
      for (const { time } of candidates) time.advance(Math.min(left, 250))
      await settle()
      assert.ok(candidates.filter((one) => one.leads()).length <= 1, 'never two leaders')
    }
  }
  return {
    ...api,
    candidate,
    settle,
    pass,
    cut,
    deaf,
    failing,
    refused,
    replace: (spec: Spec) => keep({ metadata: { ...LEASE }, ...stored, spec }),
    /** Leaves a Lease that says nothing. */
    empty: () => keep({ metadata: { ...LEASE } }),
    requests: (identity: string) => api.calls.filter((call) => whoseIs(call) === identity).map(({ method }) => method),
    /** Answers requests that hang. */
    catchUp: () => {
      for (const late of hung.values()) late()
      hung.clear()
    },
    /** Breaks the connections of requests that hang. */
    hangUp: () => {
      for (const call of hung.keys()) call.response.destroy()
    },
    lease: () => stored?.spec,
    object: () => stored,
    remove: () => (stored = undefined),
  }
}

function whoseIs(call: Call): string {
  return call.headers['user-agent']!.replace('plimsoll/', '')
}

/** Knows how many of its requests are under way, and for how long each may be. */
class CountingClient extends KubeClient {
  inFlight = 0
  readonly timeouts: (number | undefined)[] = []
  /** Called when an answer is there, before who asked gets it. */
  onAnswer: () => void = () => {}
  override get<T extends KubeObject>(type: ResourceType, of: ObjectName, options?: RequestOptions) {
    return this.#count(super.get<T>(type, of, options), options)
  }
  override create<T extends KubeObject>(type: ResourceType, object: T, options?: RequestOptions) {
    return this.#count(super.create<T>(type, object, options), options)
  }
  override update<T extends KubeObject>(type: ResourceType, object: T, options?: RequestOptions) {
    return this.#count(super.update<T>(type, object, options), options)
  }
  async #count<T>(request: Promise<T>, options?: RequestOptions): Promise<T> {
    this.inFlight++
    this.timeouts.push(options?.timeoutMilliseconds)
    try {
      const answer = await request
      this.onAnswer()
      return answer
    } finally {
      this.inFlight--
    }
  }
}

test('the first candidate creates the Lease and leads; the second waits', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  assert.ok(a.leads())
  const b = server.candidate('b')
  await server.pass(60_000)
  assert.ok(a.leads())
  assert.equal(b.turns(), 0)
  assert.deepEqual(server.lease(), {
    holderIdentity: 'a',
    leaseDurationSeconds: 15,
    acquireTime: '2026-01-01T00:00:00.000000Z',
    renewTime: '2026-01-01T00:01:00.000000Z',
    leaseTransitions: 0,
  })
})

test('two candidates that start at once do not both lead', async (context) => {
  for (let round = 0; round < 10; round++) {
    const server = await startLeaseServer(context)
    const all = ['a', 'b', 'c'].map((identity) => server.candidate(identity))
    await server.pass(5_000)
    assert.equal(all.filter((one) => one.leads()).length, 1)
    assert.deepEqual(
      all.flatMap(({ troubles }) => troubles),
      [],
      'losing a race is no trouble',
    )
  }
})

test('a leader that is cut off gives up after 10 s, and another one leads only after 15 s', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  const b = server.candidate('b')
  await server.pass(10_000)
  server.cut.add('a')
  await server.pass(9_500)
  assert.ok(a.leads(), 'one missed renewal is no reason')
  await server.pass(500)
  assert.ok(!a.leads())
  await server.pass(3_000)
  assert.ok(!b.leads(), 'not before the lease has run out')
  await server.pass(7_000)
  assert.ok(b.leads())
  assert.equal(server.lease()!.leaseTransitions, 1)
})

test('a renewal that is answered late counts from when it was asked for, as it may have been stored then', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  server.deaf.add('a')
  await server.pass(8_000)
  assert.equal(server.lease()!.renewTime, '2026-01-01T00:00:02.000000Z')
  server.catchUp()
  server.cut.add('a')
  await server.pass(3_750)
  assert.ok(a.leads())
  await server.pass(250)
  assert.ok(!a.leads(), '10 s after it was asked for')
})

test('a leader that never manages to renew gives up 10 s after it took the Lease', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.pass(60_000)
  const b = server.candidate('b')
  await server.settle()
  a.stop.abort()
  while (!b.leads()) await server.pass(250)
  b.state.obedient = false
  server.cut.add('b')
  await server.pass(9_750)
  assert.ok(b.leads())
  await server.pass(250)
  assert.ok(!b.leads())
  assert.match(b.whyNot(), /^No longer the leader by Lease plimsoll\/learner: it could not be renewed in time$/)
})

test('no request of a candidate lasts longer than a leadership that is not renewed', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.pass(5_000)
  server.deaf.add('a')
  await server.pass(2_000)
  a.stop.abort()
  await a.running
  assert.deepEqual(new Set(server.requests('a')), new Set(['GET', 'POST', 'PUT']))
  assert.deepEqual(new Set(a.client.timeouts), new Set([10_000]))
})

test('a Lease is taken, renewed and given back at once, however many other writes wait for their turn', async (context) => {
  const server = await startLeaseServer(context)
  const never = new TokenBucket({ perSecond: 1, burst: 0 }, new FakeTime())
  const a = server.candidate('a', 0, never)
  await server.pass(4_000)
  assert.ok(a.leads())
  assert.equal(server.lease()!.renewTime, '2026-01-01T00:00:04.000000Z')
  a.stop.abort()
  await a.running
  assert.equal(server.lease()!.holderIdentity, undefined)
})

test('a leader that is cut off and comes back waits for its turn', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  const b = server.candidate('b')
  await server.pass(5_000)
  server.cut.add('a')
  await server.pass(30_000)
  assert.ok(b.leads())
  server.cut.clear()
  server.hangUp()
  await server.pass(30_000)
  assert.ok(!a.leads())
  b.stop.abort()
  await server.pass(5_000)
  assert.ok(a.leads())
  assert.equal(a.turns(), 2)
})

test('clocks that are hours apart change nothing', async (context) => {
  const server = await startLeaseServer(context)
  const hour = 3_600_000
  const a = server.candidate('a', -5 * hour)
  await server.settle()
  const b = server.candidate('b', 7 * hour)
  await server.pass(60_000)
  assert.ok(a.leads() && !b.leads(), 'a Lease that looks twelve hours old is still renewed')
  server.cut.add('a')
  await server.pass(21_000)
  assert.ok(b.leads())
})

test('errors of the API server for some seconds cost nothing', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  server.failing.add('a')
  await server.pass(7_000)
  server.failing.clear()
  await server.pass(20_000)
  assert.ok(a.leads())
  assert.equal(a.turns(), 1)
  assert.ok(a.troubles.length >= 3, 'but they are reported')
})

test('a stopped leader lets the next one in at once', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  const b = server.candidate('b')
  await server.pass(5_000)
  a.stop.abort()
  await a.running
  assert.equal(server.lease()!.holderIdentity, undefined)
  await server.pass(4_500)
  assert.ok(b.leads())
})

test('a stopped leader lets the next one in at once even where its last renewal was stored and it never heard so', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  const b = server.candidate('b')
  server.deaf.add('a')
  await server.pass(2_250)
  const { renewTime } = server.lease()!
  assert.equal(renewTime, '2026-01-01T00:00:02.000000Z')
  a.stop.abort()
  await a.running
  assert.equal(server.lease()!.holderIdentity, undefined)
  assert.deepEqual(a.troubles, [])
  await server.pass(4_500)
  assert.ok(b.leads())
})

test('a stopped leader leaves the Lease alone that another has taken', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  server.replace({ ...server.lease()!, holderIdentity: 'b' })
  a.stop.abort()
  await a.running
  assert.equal(server.lease()!.holderIdentity, 'b')
  assert.deepEqual(a.troubles, [])
})

test('a stopped leader leaves the Lease alone that another has taken, even where the news come with the order to stop', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  server.replace({ ...server.lease()!, holderIdentity: 'b' })
  a.client.onAnswer = () => a.stop.abort()
  await server.pass(2_000)
  await a.running
  assert.equal(server.lease()!.holderIdentity, 'b')
  assert.deepEqual(server.requests('a'), ['GET', 'POST', 'GET'])
})

test('a stopped leader leaves the Lease alone that somebody has emptied', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  server.empty()
  a.stop.abort()
  await a.running
  assert.equal(server.lease(), undefined)
  assert.deepEqual(a.troubles, [])
})

test('a Lease without a spec is free', async (context) => {
  const server = await startLeaseServer(context)
  server.empty()
  const a = server.candidate('a')
  await server.settle()
  assert.ok(a.leads())
  assert.deepEqual(a.troubles, [])
})

test('a leader whose Lease was emptied, and who cannot take it again, stops', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  a.state.obedient = false
  server.empty()
  server.refused.add('a')
  await server.pass(2_000)
  assert.ok(!a.leads())
  assert.match(a.whyNot(), /: nobody holds it$/)
})

test('a stopped leader that cannot give the Lease back says so, and tries it once', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  server.refused.add('a')
  a.stop.abort()
  await a.running
  assert.deepEqual(server.requests('a'), ['GET', 'POST', 'PUT'])
  assert.equal(a.troubles.length, 1)
  assert.match(a.troubles[0]!.message, /500 InternalError/)
})

test('a candidate that is stopped while the server does not answer ends at once', async (context) => {
  const server = await startLeaseServer(context)
  server.cut.add('a')
  const a = server.candidate('a')
  await server.settle()
  a.stop.abort()
  await a.running
  assert.equal(a.turns(), 0)
  assert.deepEqual(a.troubles, [])
})

test('a leader that gave up while it was cut off does not give back what it may no longer hold', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  a.state.obedient = false
  server.cut.add('a')
  await server.pass(10_000)
  assert.ok(!a.leads() && a.works())
  server.cut.clear()
  server.hangUp()
  await server.settle()
  const before = server.requests('a').length
  a.stop.abort()
  a.finish()
  await a.running
  assert.deepEqual(server.requests('a').slice(before), [])
  assert.equal(server.lease()!.holderIdentity, 'a')
})

test('the count of holders is kept when the Lease is given back', async (context) => {
  const server = await startLeaseServer(context)
  server.replace({ holderIdentity: 'gone', leaseDurationSeconds: 15, leaseTransitions: 6 })
  const a = server.candidate('a')
  await server.pass(20_000)
  assert.equal(server.lease()!.leaseTransitions, 7)
  a.stop.abort()
  await a.running
  assert.deepEqual([server.lease()!.holderIdentity, server.lease()!.leaseTransitions], [undefined, 7])
})

test('nothing is left on the signal and the clock of the caller when work has ended', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.pass(5_000)
  a.finish()
  await a.running
  assert.deepEqual(getEventListeners(a.stop.signal, 'abort'), [])
  assert.equal(a.time.waiting, 0)
})

test('a leader that is told to stop keeps the Lease until its work has ended', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  a.state.obedient = false
  const b = server.candidate('b')
  a.stop.abort()
  await server.pass(40_000)
  assert.ok(a.works() && !a.leads())
  assert.ok(!b.leads())
  a.finish()
  await server.pass(4_500)
  assert.ok(b.leads())
})

test('a leader whose Lease was taken by force stops within the next renewal', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  a.state.obedient = false
  const object = server.object()!
  await server.client.update({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases' }, {
    ...object,
    spec: { ...object.spec, holderIdentity: 'somebody' },
  } as KubeObject)
  await server.pass(2_000)
  assert.ok(!a.leads())
  assert.match(a.whyNot(), /No longer the leader by Lease plimsoll\/learner: somebody holds it/)
  a.finish()
  await server.pass(1_000)
  assert.equal(server.lease()!.holderIdentity, 'somebody', 'and does not give away what is not its own')
})

test('a change to the Lease that is none of the leader costs it nothing', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  const object = server.object()!
  const labelled = { ...object, metadata: { ...object.metadata, labels: { seen: 'yes' } } } as KubeObject
  await server.client.update({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases' }, labelled)
  await server.pass(30_000)
  assert.ok(a.leads())
  assert.deepEqual(server.object()!.metadata.labels, { seen: 'yes' }, 'and stays')
})

test('a deleted Lease is recreated by its leader', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  server.remove()
  await server.pass(4_000)
  assert.ok(a.leads())
  assert.equal(server.lease()!.holderIdentity, 'a')
})

test('work that ends gives the Lease back, and work that fails does too and fails the caller', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  a.finish()
  await a.running
  assert.equal(server.lease()!.holderIdentity, undefined)
  const b = server.candidate('b')
  await server.settle()
  b.finish(new Error('the work is broken'))
  await assert.rejects(b.running, /the work is broken/)
  assert.equal(server.lease()!.holderIdentity, undefined)
})

test('work that leadership was taken from may fail without consequences; the candidate waits for its next turn', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  a.state.obedient = false
  server.cut.add('a')
  await server.pass(12_000)
  a.finish(new Error('broken off'))
  server.cut.clear()
  server.hangUp()
  await server.pass(10_000)
  assert.ok(a.leads())
  assert.ok(a.troubles.some(({ message }) => message === 'broken off'))
})

test('work that fails because leadership was lost is not reported as another failure', async (context) => {
  const server = await startLeaseServer(context)
  const a = server.candidate('a')
  await server.settle()
  a.state.obedient = false
  server.replace({ ...server.lease()!, holderIdentity: 'b' })
  await server.pass(2_000)
  a.finish(a.reason())
  await server.pass(5_000)
  assert.ok(!a.works())
  assert.deepEqual(a.troubles, [])
})

test('those who wait try again after 2 s to 4.4 s', async (context) => {
  const server = await startLeaseServer(context)
  server.candidate('a')
  await server.settle()
  for (const [chance, pause] of [
    [0, 2_000],
    [0.999999, 4_400],
  ] as const) {
    const b = server.candidate(`b${chance}`)
    b.time.chance = chance
    await server.pass(20_000)
    const asked = server.calls.filter(({ headers }) => headers['user-agent'] === `plimsoll/b${chance}`).length
    // The first pause was drawn before the choice.
    assert.ok(Math.abs(asked - 20_000 / pause) <= 2, `${asked} requests in 20 s`)
  }
})
