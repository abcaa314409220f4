// Helm 3 is what many still have: it must make the same of the chart as Helm 4, with which everything else is tested.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CHART } from '../../scripts/chart/files.ts'
import { type Helm, helm, helmObstacle, IMAGE, render } from './helm.ts'
import { VALUE_SETS } from './value-sets.ts'

describe('Helm 3', { skip: helmObstacle() ?? helmObstacle('helm3') ?? false }, () => {
  /** They know different kinds, and put them in different orders. */
  const byName = async (values: object, program: Helm) =>
    new Map((await render(values, { program })).map((object) => [`${object.kind} ${object.metadata.name}`, object]))
  const version = (program: Helm) => helm(['version', '--template={{.Version}}'], '', program)

  test('is another program than Helm 4', async (context) => {
    const versions = [await version('helm'), await version('helm3')]
    context.diagnostic(versions.join(' and '))
    assert.match(versions[0]!, /^v4\./)
    assert.match(versions[1]!, /^v3\./)
  })

  for (const [name, values] of Object.entries(VALUE_SETS)) {
    test(`renders the same objects as Helm 4, and finds nothing to warn of: ${name}`, async () => {
      assert.deepEqual(await byName(values, 'helm3'), await byName(values, 'helm'))
      const input = JSON.stringify({ ...IMAGE, ...values })
      const linted = await helm(['lint', CHART, '--strict', '--values=-'], input, 'helm3')
      assert.match(linted, /1 chart\(s\) linted, 0 chart\(s\) failed/)
    })
  }
})
