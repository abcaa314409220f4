import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ByteReader, ByteWriter } from '../../src/learner/bytes.ts'
import { logit, OnlineLogistic } from '../../src/learner/online-logistic.ts'
import { near } from './near.ts'

describe('the logit', () => {
  test('is the log of the odds, of 0.002 to 0.998', () => {
    near([logit(0.5), logit(0.75), logit(0.1)], [0, Math.log(3), -Math.log(9)])
    near(
      [logit(0), logit(1), logit(0.001)],
      [Math.log(0.002 / 0.998), Math.log(0.998 / 0.002), Math.log(0.002 / 0.998)],
    )
  })
})

/** A model that begins with the first feature as its answer. @param variances of the weights */
const modelOf = (...variances: number[]) =>
  new OnlineLogistic({ weights: variances.map((_, i) => (i === 0 ? 1 : 0)), variances })

describe('online logistic regression', () => {
  test('begins with the weights that it is given', () => {
    const model = modelOf(0.3, 0.3)
    near(model.probability([logit(0.8), 5]), 0.8)
    const other = new OnlineLogistic({ weights: [0.5, -1], variances: [0.3, 0.3] })
    near(other.probability([logit(0.8), 1]), 1 / (1 + Math.exp(1 - logit(0.8) / 2)))
    near(Math.log(model.probability([-1000, 0])), -30)
    near(1 - model.probability([1000, 0]), Math.exp(-30))
    assert.ok(model.probability([1000, 0]) < 1)
  })

  test('takes a Kalman step with each outcome', () => {
    const model = modelOf(0.3, 0.1)
    const [x, y] = [logit(0.8), 1]
    model.learn([x, y], false)
    // w += P x e / (1 + v x'P x), with P the diagonal of variances and v = p (1 - p).
    const variance = 0.8 * 0.2
    const spread = 1 + variance * (0.3 * x * x + 0.1 * y * y)
    const weights = [1 - (0.3 * x * 0.8) / spread, -(0.1 * y * 0.8) / spread]
    near(model.probability([1, 0]), 1 / (1 + Math.exp(-weights[0]!)))
    near(model.probability([0, 1]), 1 / (1 + Math.exp(-weights[1]!)))
    // The second step: P has shrunk by v P x x'P / spread, and grown by 2e-7 on the diagonal.
    const P = [
      [0.3 - (variance * (0.3 * x) ** 2) / spread + 2e-7, -(variance * 0.3 * x * 0.1 * y) / spread],
      [-(variance * 0.3 * x * 0.1 * y) / spread, 0.1 - (variance * (0.1 * y) ** 2) / spread + 2e-7],
    ] as const
    const second = [0.5, -2] as const
    const p = 1 / (1 + Math.exp(-(weights[0]! * second[0] + weights[1]! * second[1])))
    const gain = P.map((row) => row[0] * second[0] + row[1] * second[1])
    const spread2 = 1 + p * (1 - p) * (gain[0]! * second[0] + gain[1]! * second[1])
    model.learn(second, true)
    for (const [i, feature] of [
      [1, 0],
      [0, 1],
    ].entries())
      near(model.probability(feature), 1 / (1 + Math.exp(-(weights[i]! + (gain[i]! * (1 - p)) / spread2))))
  })

  test('learns how often what it is told comes true, and which feature tells it', () => {
    const model = modelOf(0.3, 0.3, 0.3)
    for (let i = 0; i < 4000; i++) {
      const feature = i % 2 === 0 ? 1 : -1
      model.learn([logit(0.9), 1, feature], (i * 7919) % 100 < (feature > 0 ? 80 : 30))
    }
    const [often, seldom] = [1, -1].map((feature) => model.probability([logit(0.9), 1, feature]))
    assert.ok(Math.abs(often! - 0.8) < 0.05 && Math.abs(seldom! - 0.3) < 0.05, `${often}, ${seldom}`)
  })

  test('never stops learning, however sure it has become', () => {
    const model = modelOf(0.3, 0.3)
    for (let i = 0; i < 50_000; i++) model.learn([logit(0.99), 1], true)
    for (let i = 0; i < 200; i++) model.learn([logit(0.99), 1], false)
    // Without new variance it would still say 0.998.
    near(model.probability([logit(0.99), 1]), 0.962603377)
  })

  test('takes at least one hundredth for the variance where it is sure', () => {
    const model = modelOf(1)
    model.learn([20], false)
    near(model.probability([1]), 1 / (1 + Math.exp(-(1 - (20 * (1 / (1 + Math.exp(-20)))) / (1 + 0.01 * 400)))))
  })

  test('is read as it was written', () => {
    const small = modelOf(0.3, 0.2)
    small.learn([1, 1], false)
    const to = new ByteWriter()
    small.write(to)
    const same = modelOf(0.3, 0.2)
    const from = new ByteReader(to.finish())
    same.read(from)
    assert.equal(from.remaining, 0)
    for (const each of [small, same]) each.learn([0.5, -1], true)
    for (const features of [
      [1, 0],
      [0, 1],
      [2, 3],
    ])
      assert.equal(same.probability(features), small.probability(features))
  })
})
