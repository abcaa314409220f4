import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { frontDots, frontPlaces } from '../../src/dashboard/page/experiment-dots.ts'
import { reportOf } from '../../src/experiment-client/index.ts'
import { KubeError } from '../../src/kube/index.ts'
import { FINISHED } from '../experiment-client/finished.ts'
import { madeBacking, OWNER, serve } from './serve.ts'

const report = reportOf(FINISHED)

describe('the experiments of the dashboard', () => {
  test('are read as the person who looks, of all namespaces or of one', async (t) => {
    const asked: unknown[] = []
    const experiments = async (viewer: unknown, namespace: string | undefined) => {
      asked.push([viewer === OWNER, namespace])
      return [report]
    }
    const { ask, signedIn } = await serve(t, { backing: madeBacking(1, { experiments }) })
    assert.equal((await ask('/api/v1/experiments')).status, 401)
    const asOwner = await signedIn()
    const answer = await asOwner('/api/v1/experiments')
    assert.deepEqual(answer.json(), { experiments: [JSON.parse(JSON.stringify(report))] })
    await asOwner('/api/v1/experiments?namespace=staging')
    assert.deepEqual(asked, [
      [true, undefined],
      [true, 'staging'],
    ])
    assert.equal((await asOwner('/api/v1/experiments?namespace=..%2Fx')).status, 400)
    assert.equal((await asOwner('/experiments')).status, 200)
  })

  test('say why there are none', async (t) => {
    const failing = (status: number) => async (): Promise<never> => {
      throw new KubeError('Failed', 'refused', { status })
    }
    const askOf = async (backing: ReturnType<typeof madeBacking>, query = '') =>
      await (await (await serve(t, { backing })).signedIn())(`/api/v1/experiments${query}`)
    const noneWith = async (status: number) =>
      (await askOf(madeBacking(1, { experiments: failing(status) }))).json().whyNone
    assert.match((await askOf(madeBacking(1))).json().whyNone, /recording has no experiments/)
    assert.match(await noneWith(404), /experiments\.enabled=true/)
    assert.match(await noneWith(403), /choose one/)
    const refused = await askOf(madeBacking(1, { experiments: failing(403) }), '?namespace=staging')
    assert.equal(refused.status, 403)
  })
})

describe('the plot of an experiment', () => {
  const dots = frontDots(report)

  test('has each trial that measured a latency, and the best configurations on top', () => {
    assert.deepEqual(
      dots.map(({ kind }) => kind),
      ['good', 'good', 'good', 'bad', 'good', 'best', 'best'],
    )
    assert.match(dots.at(-2)!.says, /^Best for savings, balanced: app 400m 256Mi, 185 ms, 0\.013 per hour$/)
  })

  test('keeps every point within its frame, also one far beyond the limit', () => {
    const frame = { left: 60, right: 620, top: 14, bottom: 260 }
    const far = { ...dots[0]!, latencyMilliseconds: 60_000 }
    const { x, y, mostMilliseconds } = frontPlaces([...dots, far], 250, frame)
    for (const { costPerHour, latencyMilliseconds } of [...dots, far]) {
      assert.ok(x(costPerHour) >= frame.left && x(costPerHour) <= frame.right)
      assert.ok(y(latencyMilliseconds) >= frame.top && y(latencyMilliseconds) <= frame.bottom)
    }
    assert.ok(Math.abs(mostMilliseconds - 825) < 1e-9)
    assert.ok(y(250) > y(600))
  })
})
