import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { planTarget, type ScaledMetric } from '../../src/apply/plan-target.ts'
import { runs } from '../support/arbitraries.ts'

const MILLI = 1_000_000n
const pod = (author: bigint, carries = author, next = carries) => ({
  ...{ author: author * MILLI, carries: carries * MILLI, next: next * MILLI },
})
const metric = (pods: ScaledMetric['pods'], target = 80, point?: ScaledMetric['point']): ScaledMetric => ({
  target,
  point,
  pods,
})

describe('the target of an HPA', () => {
  test("stays as its author wrote it if Pods have their authors' values", () => {
    assert.deepEqual(planTarget(metric([pod(500n), pod(500n)])), { target: 80, point: undefined, isBehind: false })
  })

  test('is raised after Pods were lowered, by the same factor', () => {
    assert.equal(planTarget(metric([pod(500n, 500n, 250n), pod(500n, 500n, 250n)]))?.target, 80)
    assert.equal(planTarget(metric([pod(500n, 250n), pod(500n, 500n, 250n)]))?.target, 106)
    const all = planTarget(metric([pod(500n, 250n), pod(500n, 250n)]))
    assert.deepEqual(all, { target: 160, point: { author: 80, written: 160 }, isBehind: false })
  })

  test('is lowered before Pods are raised, which wait until then', () => {
    const wanted = { target: 40, point: { author: 80, written: 40 } }
    assert.deepEqual(planTarget(metric([pod(500n, 500n, 1000n)])), { ...wanted, isBehind: true })
    assert.deepEqual(planTarget(metric([pod(500n, 500n, 1000n)], 40, wanted.point)), { ...wanted, isBehind: false })
  })

  test("returns to its author's value before the Pods do, and the note is removed when they have returned", () => {
    const point = { author: 80, written: 160 }
    const before = planTarget(metric([pod(500n, 250n, 500n)], 160, point))
    assert.deepEqual(before, { target: 80, point: { author: 80, written: 80 }, isBehind: true })
    const after = planTarget(metric([pod(500n)], 80, { author: 80, written: 80 }))
    assert.deepEqual(after, { target: 80, point: undefined, isBehind: false })
  })

  test('below 1 % is impossible, so Pods wait', () => {
    assert.deepEqual(planTarget(metric([pod(1n, 1n, 1000n)], 1, { author: 80, written: 1 })), {
      ...{ target: 1, point: { author: 80, written: 1 }, isBehind: true },
    })
  })

  test('is unknown without Pods, or if one has no request', () => {
    assert.equal(planTarget(metric([])), undefined)
    assert.equal(planTarget(metric([pod(500n), pod(0n)])), undefined)
  })
})

/** Current and next values of the HPA and the Pods. Every step is one write, after which the process may die. */
class Cluster {
  target = 80
  point: ScaledMetric['point']
  readonly pods: { author: bigint; carries: bigint }[]
  next: bigint

  constructor(author: bigint, count: number) {
    this.pods = Array.from({ length: count }, () => ({ author, carries: author }))
    this.next = author
  }

  get #planned() {
    const pods = this.pods.map(({ author, carries }) => ({ author, carries, next: this.next }))
    return planTarget({ target: this.target, point: this.point, pods })!
  }

  /** A step of the HPA, as the driver takes it. */
  scale(): boolean {
    const { target, point } = this.#planned
    if (target === this.target && (point === undefined) === (this.point === undefined)) return false
    Object.assign(this, { target, point })
    return true
  }

  /** A step of one Pod, as the applier takes it: a raise waits for the HPA. */
  resize(at: number): boolean {
    const one = this.pods[at % this.pods.length]!
    if (one.carries === this.next || (this.next > one.carries && this.#planned.isBehind)) return false
    one.carries = this.next
    return true
  }

  /** Usage at which the HPA scales up, relative to that with the author's target and requests: above 1 means fewer replicas. */
  get scalePoint(): number {
    const sum = (of: 'author' | 'carries') => this.pods.reduce((total, pod) => total + Number(pod[of]), 0)
    return (this.target * sum('carries')) / (80 * sum('author'))
  }
}

test("there are never fewer replicas than with the authors' values, at any interruption and end", () => {
  const steps = fc.array(
    fc.oneof(
      fc.constant('scale' as const),
      fc.nat({ max: 9 }),
      // A new revision counts from its first look, before any Pod has it.
      fc.record({ revision: fc.integer({ min: 20, max: 4000 }) }),
    ),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(fc.integer({ min: 50, max: 2000 }), fc.integer({ min: 1, max: 9 }), steps, (author, count, all) => {
      const cluster = new Cluster(BigInt(author), count)
      const check = (after: unknown) =>
        assert.ok(cluster.scalePoint <= 1 + 1e-9, `${JSON.stringify(after)}: ${cluster.scalePoint}`)
      for (const step of all) {
        if (step === 'scale') cluster.scale()
        else if (typeof step === 'number') cluster.resize(step)
        else cluster.next = BigInt(step.revision)
        check(step)
      }
      // Its successor completes it, and reverts it.
      for (const next of [cluster.next, BigInt(author)]) {
        cluster.next = next
        for (let moved = true; moved; ) {
          moved = cluster.scale()
          check('scale')
          for (let i = 0; i < count; i++) {
            if (!cluster.resize(i)) continue
            moved = true
            check(i)
          }
        }
        if (next === BigInt(author)) assert.deepEqual([cluster.target, cluster.point], [80, undefined])
        else if (cluster.target > 5)
          assert.ok(cluster.scalePoint > 0.8, `within a percent of the target: ${cluster.scalePoint}`)
      }
    }),
    { numRuns: runs(500) },
  )
})
