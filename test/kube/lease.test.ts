import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { KubeClient, type KubeObject, type ObjectName, type ResourceType, whileLeading } from '../../src/kube/index.ts'
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
  let stored: (KubeObject & { spec: Spec }) | undefined
  const hung = new Set<Call>()
  const cut = new Set<string>()
  const failing = new Set<string>()
  /** Whose next write is stored without an answer. */
  const deaf = new Set<string>()
  const keep = (object: KubeObject & { spec: Spec }) => {
    stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++version) } }
  }
  const store = (call: Call, status: number) => {
    keep(JSON.parse(call.body))
    if (deaf.delete(whoseIs(call))) hang(call)
    else call.reply(status, stored!)
  }
  const hang = (call: Call) => {
    hung.add(call)
    call.response.on('close', () => hung.delete(call))
  }
  const api = await startServer(context, (call) => {
    const who = whoseIs(call)
    if (cut.has(who)) hang(call)
    else if (failing.has(who)) call.reply(500, failure(500, 'InternalError'))
    else if (call.method === 'GET') stored ? call.reply(200, stored) : call.reply(404, failure(404, 'NotFound'))
    else if (call.method === 'POST') stored ? call.reply(409, failure(409, 'AlreadyExists')) : store(call, 201)
    else if (JSON.parse(call.body).metadata.resourceVersion !== stored?.metadata.resourceVersion) {
      call.reply(409, failure(409, 'Conflict'))
    } else store(call, 200)
  })
  const candidates: { readonly time: FakeTime; readonly client: CountingClient; leads(): boolean }[] = []

  /** A process with clocks of its own. */
  function candidate(identity: string, clockSkew = 0) {
    const time = new FakeTime(Date.parse('2026-01-01T00:00:00Z') + clockSkew)
    const client = new CountingClient({ credentials: api.credentials, version: identity, writes: unlimited() })
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
        await new Promise<void>((resolve, reject) => {
          finish = (error) => (error ? reject(error) : resolve())
          signal.addEventListener('abort', () => state.obedient && resolve())
        })
        leading = null
      },
      stop.signal,
    )
    context.after(async () => {
      cut.clear()
      stop.abort()
      finish()
      for (const call of hung) call.response.destroy()
      await running.catch(() => {})
      client.close()
    })
    const one = {
      ...{ identity, time, client, stop, troubles, running, state },
      finish: (error?: Error) => finish(error),
      turns: () => turns,
      leads: () => leading !== null && !leading.aborted,
      works: () => leading !== null,
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
    replace: (spec: Spec) => keep({ ...stored!, spec }),
    hung,
    lease: () => stored?.spec,
    object: () => stored,
    remove: () => (stored = undefined),
  }
}

function whoseIs(call: Call): string {
  return call.headers['user-agent']!.replace('plimsoll/', '')
}

/** Knows how many of its requests are under way. */
class CountingClient extends KubeClient {
  inFlight = 0
  override get<T extends KubeObject>(...args: Parameters<KubeClient['get']>) {
    return this.#count(super.get<T>(...args))
  }
  override create<T extends KubeObject>(type: ResourceType, object: T, options?: object) {
    return this.#count(super.create<T>(type, object, options))
  }
  override update<T extends KubeObject>(type: ResourceType, object: T, options?: object) {
    return this.#count(super.update<T>(type, object, options))
  }
  async #count<T>(request: Promise<T>): Promise<T> {
    this.inFlight++
    try {
      return await request
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
  for (const call of server.hung) call.response.destroy()
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

test('a deleted Lease is made anew by its leader', async (context) => {
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
  for (const call of server.hung) call.response.destroy()
  await server.pass(10_000)
  assert.ok(a.leads())
  assert.ok(a.troubles.some(({ message }) => message === 'broken off'))
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
