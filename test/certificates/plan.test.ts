import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { certificatesIn, inspectServing } from '../../src/certificates/inspect.ts'
import { issueAuthority, issueServing, type PemPair } from '../../src/certificates/issue.ts'
import { AUTHORITY_MILLISECONDS, SERVING_MILLISECONDS, validFor } from '../../src/certificates/lifetimes.ts'
import { nextStep, type Observed, type Step, serviceNames, trustedByAll } from '../../src/certificates/plan.ts'
import { runs } from '../support/arbitraries.ts'
import { DAMAGE, DAY, MINUTE, NAMES, NOW, World } from './world.ts'

const YEAR = 365 * DAY

const plan = (world: World, isSettled: (one: string) => boolean = () => true) =>
  nextStep(world.observed, { names: NAMES, now: world.now, isSettled })

/** Takes steps until there is none, and tells which; `wait` counts as one and is over at once. */
async function bringToRest(world: World, isSettled?: (one: string) => boolean): Promise<string[]> {
  const steps: string[] = []
  for (;;) {
    const waited = steps.includes('wait')
    const step = plan(world, waited ? undefined : isSettled)
    if (step.do === 'nothing') return steps
    assert.ok(steps.length < 8, `no end: ${steps}`)
    steps.push(step.do)
    await world.take(step, world.observed)
  }
}

async function settledWorld(): Promise<World> {
  const world = new World()
  await bringToRest(world)
  return world
}

/** Whether a client that trusts only the bundle of each webhook would accept what the Secret holds. */
function isTrusted({ serving, bundles, now }: World): boolean {
  return [...bundles.values()].every((bundle) => 'good' in inspectServing(serving, NAMES, certificatesIn(bundle), now))
}

const leafOf = (world: World) => new X509Certificate(world.serving!.cert)
const caOf = (world: World) => new X509Certificate(world.authority!.cert)
const never = () => false

describe('the first certificates', () => {
  test('an authority of ten years is trusted before it signs a leaf of 90 days, and nobody waits', async () => {
    const world = new World()
    const steps: [string, boolean][] = []
    for (let step = plan(world, never); step.do !== 'nothing'; step = plan(world, never)) {
      await world.take(step, world.observed)
      steps.push([step.do, world.serving !== undefined])
    }
    assert.deepEqual(steps, [
      ['issue authority', false],
      ['publish bundle', false],
      ['issue serving', true],
    ])
    assert.ok(isTrusted(world))
    assert.equal(caOf(world).validToDate.getTime(), NOW + 10 * YEAR)
    assert.equal(leafOf(world).validToDate.getTime(), NOW + 90 * DAY)
    assert.equal(leafOf(world).publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
    for (const name of NAMES) assert.ok(leafOf(world).checkHost(name), name)
    assert.deepEqual(plan(world), { ...plan(world), do: 'nothing' })
  })

  test('nothing is damaged where nothing was: no step is a repair', async () => {
    const world = new World()
    for (let step = plan(world); step.do !== 'nothing'; step = plan(world)) {
      if ('repair' in step) assert.equal(step.repair, false, step.because)
      await world.take(step, world.observed)
    }
  })

  test('the API server calls a Service by name and namespace', () => {
    assert.deepEqual(serviceNames('hook', 'system'), ['hook.system.svc', 'hook.system', 'hook'])
  })
})

describe('renewal', () => {
  test('a leaf is renewed at two thirds of its life, by the same authority', async () => {
    const world = await settledWorld()
    const [leaf, ca] = [leafOf(world), caOf(world)]
    world.now = NOW + 59 * DAY
    assert.deepEqual(await bringToRest(world), [])
    world.now = NOW + 61 * DAY
    assert.deepEqual(await bringToRest(world), ['issue serving'])
    assert.notEqual(leafOf(world).serialNumber, leaf.serialNumber)
    assert.equal(caOf(world).serialNumber, ca.serialNumber)
    assert.equal(leafOf(world).validToDate.getTime(), NOW + 151 * DAY)
  })

  test('an authority is replaced at two thirds: trusted beside the old one first, then settled, then used', async () => {
    const world = await settledWorld()
    // A leaf that is not due itself.
    world.now = NOW + 7 * YEAR
    world.serving = {
      ...(await issueServing(world.authority!, NAMES, validFor(SERVING_MILLISECONDS, world.now))),
      ca: world.authority!.cert,
    }
    const [leaf, ca] = [leafOf(world), caOf(world)]
    const trusted: boolean[] = []
    assert.deepEqual(await bringToRest(world, never), ['issue authority', 'publish bundle', 'wait', 'issue serving'])
    assert.ok(isTrusted(world))
    assert.ok(!leafOf(world).verify(ca.publicKey))
    for (const bundle of world.bundles.values()) {
      trusted.push(certificatesIn(bundle).some((one) => leaf.verify(one.publicKey)))
      assert.equal(certificatesIn(bundle).length, 2)
    }
    assert.deepEqual(trusted, [true, true], 'who still serves the old leaf is trusted')
  })

  test('the old authority is trusted for a day after its successor signed, and no longer', async () => {
    const world = await settledWorld()
    const old = caOf(world)
    world.authority = await issueAuthority('successor', validFor(AUTHORITY_MILLISECONDS, world.now))
    await bringToRest(world)
    world.now += DAY - MINUTE
    assert.deepEqual(await bringToRest(world), [])
    assert.ok(trustedByAll(world.observed).has(old.fingerprint256))
    world.now += MINUTE
    assert.deepEqual(await bringToRest(world), ['publish bundle'])
    assert.deepEqual([...trustedByAll(world.observed)], [caOf(world).fingerprint256])
    assert.ok(isTrusted(world))
  })
})

describe('damage', () => {
  test('a damaged leaf is reissued and reported as a repair; its authority stays', async () => {
    const other = await settledWorld()
    for (const [what, damage] of Object.entries(DAMAGE)) {
      const world = await settledWorld()
      const ca = caOf(world).serialNumber
      world.serving = { ...world.serving!, ...damage(world.serving!, other.serving!) }
      const step = plan(world)
      assert.ok(step.do === 'issue serving' && step.repair, what)
      assert.deepEqual(await bringToRest(world), ['issue serving'], what)
      assert.ok(isTrusted(world), what)
      assert.equal(caOf(world).serialNumber, ca, what)
    }
  })

  test('a damaged or lost authority is replaced, and the leaf in use is trusted until the new one has settled', async () => {
    const other = await settledWorld()
    const cases: Record<string, (pair: PemPair, other: PemPair) => PemPair | undefined> = {
      ...DAMAGE,
      'the Secret is gone': () => undefined,
      'it is a leaf': () => other.serving!,
    }
    for (const [what, damage] of Object.entries(cases)) {
      const world = await settledWorld()
      const before = world.serving
      world.authority = damage(world.authority!, other.authority!)
      for (const expected of ['issue authority', 'publish bundle', 'wait']) {
        const step = plan(world, never)
        assert.equal(step.do, expected, what)
        await world.take(step, world.observed)
        assert.ok(isTrusted(world), `${what}: after ${expected}`)
        assert.equal(world.serving, before)
      }
      assert.deepEqual(await bringToRest(world), ['issue serving'], what)
      assert.ok(isTrusted(world), what)
    }
  })

  test('after everything is lost at once, webhooks that serve from memory stay trusted until the new authority is trusted', async () => {
    const world = await settledWorld()
    const old = caOf(world)
    world.authority = undefined
    world.serving = undefined
    assert.deepEqual(await bringToRest(world, never), ['issue authority', 'publish bundle', 'wait', 'issue serving'])
    assert.ok(trustedByAll(world.observed).has(old.fingerprint256))
    assert.ok(isTrusted(world))
  })

  test('expired, not valid yet, without the name, or signed by a stranger: a new leaf', async () => {
    const stranger = await issueAuthority('stranger', validFor(AUTHORITY_MILLISECONDS, NOW))
    const leaf = async (authority: typeof stranger, names: readonly string[], at: number) => ({
      ...(await issueServing(authority, names, validFor(SERVING_MILLISECONDS, at))),
      ca: authority.cert,
    })
    const world = await settledWorld()
    const authority = world.authority!
    const cases: Record<string, Observed['serving']> = {
      'it expired on': await leaf(authority, NAMES, NOW - 91 * DAY),
      'it is not valid before': await leaf(authority, NAMES, NOW + DAY),
      'it is not for plimsoll.plimsoll.svc': await leaf(authority, ['plimsoll'], NOW),
      'the API server does not trust its issuer': { ...(await leaf(stranger, NAMES, NOW)), ca: '' },
      'ca.crt in the same Secret': { ...world.serving!, ca: 'garbage' },
    }
    for (const [because, serving] of Object.entries(cases)) {
      world.serving = serving
      const step = plan(world)
      assert.ok(step.do === 'issue serving' && step.repair, because)
      assert.ok(step.because.startsWith(because), step.because)
      assert.deepEqual(await bringToRest(world), ['issue serving'])
      assert.ok(isTrusted(world))
    }
  })

  test('a bundle that was emptied, damaged or given to one webhook only is published again', async () => {
    const world = await settledWorld()
    const good = world.bundles.get('auto')!
    for (const bad of ['', 'garbage', good.slice(0, 100), `${good}garbage`, `${good}\n`]) {
      world.bundles.set('approve', bad)
      assert.deepEqual(await bringToRest(world), ['publish bundle'], JSON.stringify(bad.slice(0, 20)))
      assert.deepEqual([...world.bundles.values()], [good, good])
    }
  })

  test('a certificate of another hand (cert-manager, a person) stays trusted while Plimsoll takes over', async () => {
    const theirs = await issueAuthority('theirs', validFor(AUTHORITY_MILLISECONDS, NOW))
    const world = new World(theirs.cert)
    world.serving = { ...(await issueServing(theirs, NAMES, validFor(SERVING_MILLISECONDS, NOW))), ca: theirs.cert }
    assert.deepEqual(await bringToRest(world, never), ['issue authority', 'publish bundle', 'wait', 'issue serving'])
    assert.equal(trustedByAll(world.observed).size, 2)
  })

  test('a bundle does not grow without end', async () => {
    const world = await settledWorld()
    const many = await Promise.all(
      Array.from({ length: 20 }, (_, i) => issueAuthority(`CA ${i}`, validFor(AUTHORITY_MILLISECONDS, NOW))),
    )
    for (const name of world.bundles.keys()) world.bundles.set(name, many.map(({ cert }) => cert).join(''))
    world.authority = undefined
    await bringToRest(world)
    assert.equal(trustedByAll(world.observed).size, 8)
    assert.ok(isTrusted(world))
  })
})

// Two rotators that know nothing of each other, stopped anywhere, over a world that is damaged anywhere: what a webhook
// has in memory is trusted at every moment, and in the end all is well.
test('serving webhooks stay trusted through races, crashes and damage, and the certificates are repaired in the end', async () => {
  const damages = Object.keys(DAMAGE)
  const action = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('look' as const), who: fc.nat(1) }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), who: fc.nat(1) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('reload' as const), who: fc.nat(1) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('pass time' as const), who: fc.integer({ min: 1, max: 40 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('damage authority' as const), who: fc.nat(damages.length) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('damage serving' as const), who: fc.nat(damages.length) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('outdate authority' as const), who: fc.nat(0) }) },
  )
  const other = await settledWorld()
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 60 }), async (actions) => {
      const world = await settledWorld()
      const views = [0, 1].map(() => ({
        trustedSince: new Map<string, number>(),
        pending: undefined as [Step, Observed] | undefined,
      }))
      /** What each webhook has loaded; it keeps it while the Secret holds nothing better. */
      const loaded = [leafOf(world), leafOf(world)]
      const look = (view: (typeof views)[number]) => {
        view.trustedSince = new Map(
          [...trustedByAll(world.observed)].map((one) => [one, view.trustedSince.get(one) ?? world.now] as const),
        )
        const since = view.trustedSince
        const isSettled = (one: string) => world.now - (since.get(one) ?? world.now) >= MINUTE
        view.pending = [plan(world, isSettled), world.observed]
      }
      const write = async (view: (typeof views)[number]) => {
        if (view.pending) await world.take(...view.pending)
        view.pending = undefined
      }
      const reload = (which: number) => {
        const trusted = certificatesIn([...world.bundles.values()].join(''))
        const found = inspectServing(world.serving, NAMES, trusted, world.now)
        if ('good' in found) loaded[which] = found.good.certificate
      }
      const check = (after: string) => {
        for (const leaf of loaded) {
          const isServed = [...world.bundles.values()].every((bundle) =>
            certificatesIn(bundle).some((one) => leaf.verify(one.publicKey)),
          )
          assert.ok(isServed, `after ${after}`)
        }
      }
      for (const { do: what, who } of actions) {
        if (what === 'look') look(views[who]!)
        else if (what === 'write') await write(views[who]!)
        else if (what === 'reload') reload(who)
        else if (what === 'pass time') {
          world.now += who * 10_000
        } else if (what === 'damage authority') {
          const damage = DAMAGE[damages[who] ?? '']
          world.authority = damage && world.authority ? damage(world.authority, other.authority!) : undefined
        } else if (what === 'damage serving') {
          const damage = DAMAGE[damages[who] ?? '']
          world.serving =
            damage && world.serving ? { ...world.serving, ...damage(world.serving, other.serving!) } : undefined
        } else {
          world.authority = await issueAuthority('old', validFor(AUTHORITY_MILLISECONDS, world.now - 7 * YEAR))
        }
        check(what)
      }
      // One of the two died in the middle; the other continues.
      for (let looks = 0; looks < 12; looks++) {
        look(views[1]!)
        await write(views[1]!)
        check('healing')
        world.now += MINUTE
        // Webhooks hear of it late.
        if (looks % 3 === 2) for (const which of [0, 1]) reload(which)
        check('reloading')
      }
      assert.equal(plan(world).do, 'nothing')
      assert.ok(isTrusted(world))
    }),
    { numRuns: runs(15) },
  )
})
