// What of the chart depends on what may happen to running Pods.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { helmObstacle, only, render } from './helm.ts'

const POLICIES = ['plimsoll-apply', 'plimsoll-evict', 'plimsoll-rollout']
const running = (setting: string | null) => ({ settings: { apply: { running: setting } } })

describe('running Pods in the chart', { skip: helmObstacle() ?? false }, () => {
  const rendered = async (values: object) => {
    const objects = await render(values)
    const { rules } = only(objects, 'ClusterRole', 'plimsoll-learner')
    const patched = rules
      .filter(({ verbs }: { verbs: string[] }) => verbs.includes('patch') || verbs.includes('create'))
      .flatMap(({ resources }: { resources: string[] }) => resources)
      .filter((name: string) => /^pods|^deployments$/.test(name))
    const policies = objects
      .filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')
      .map(({ metadata }) => metadata.name)
    return { patched, policies: policies.filter((name) => POLICIES.includes(name)) }
  }

  test('by default the learner may resize them, kept to that by a policy', async () => {
    assert.deepEqual(await rendered({}), { patched: ['pods', 'pods/resize'], policies: ['plimsoll-apply'] })
    assert.deepEqual(await rendered(running('inPlace')), await rendered({}))
  })

  test('with "never" it has no right to change them, and with restarts two more, each with its policy', async () => {
    assert.deepEqual(await rendered(running('never')), { patched: [], policies: [] })
    const all = await rendered(running('inPlaceOrRestart'))
    assert.deepEqual(all.patched, ['pods', 'pods/resize', 'pods/eviction', 'deployments'])
    assert.deepEqual(all.policies.sort(), POLICIES)
  })

  test('the rights are those of the default where values of an older release do not say what may happen', async () => {
    // As `helm upgrade --reuse-values` has it: the program then takes its default.
    assert.deepEqual(await rendered({ settings: { apply: null } }), await rendered({}))
    assert.deepEqual(await rendered(running(null)), await rendered({}))
  })
})
