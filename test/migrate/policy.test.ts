import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SizingPolicySpec } from '../../src/api/index.ts'
import { Settings } from '../../src/config/index.ts'
import { othersSpec, refusalOf, takingOver } from '../../src/migrate/plan/policy.ts'
import { clusterPolicy, effectivePolicy, readContainers } from '../../src/policy/index.ts'
import { RESOURCES } from '../../src/resources/index.ts'
import { decide } from '../../src/sizing/index.ts'
import { appliedValues, pods, runs } from '../support/arbitraries.ts'

const cluster = clusterPolicy(Settings.parse({}))
const others = { name: 'migrated-others', spec: othersSpec() }
const labels = { app: 'web' }
const free: SizingPolicySpec = {
  criticality: 'high',
  ...takingOver({
    selector: { matchLabels: labels },
    running: 'inPlaceOrRestart',
    ...{ cpu: { limit: 'ratio' }, memory: { limit: 'ratio' } },
  }),
}

test('workloads that are not handed over keep what their author wrote, even if something was applied', () => {
  const { policy, criticality, running } = effectivePolicy(cluster, [others], labels)
  assert.deepEqual([criticality, running], ['critical', 'never'])
  fc.assert(
    fc.property(pods, appliedValues, (pod, applied) => {
      // Bounds that authors write themselves have priority.
      fc.pre(pod.metadata?.annotations === undefined)
      const authors = readContainers(pod)
      for (const [i, { resources }] of decide(pod, applied, policy).containers.entries()) {
        for (const { resource, final } of resources) {
          const before = authors[i]!.carried[resource]
          // Requests that the author left out need an approval, and the cluster's bounds have priority.
          if (before === 'invalid' || before.request === undefined || final.request === undefined) continue
          const { min, max } = policy.bounds[resource]
          if (before.request >= min && before.request <= max) assert.equal(final.request, before.request)
        }
      }
    }),
    { numRuns: runs(500) },
  )
})

test('the policy of a workload overrides everything that the one for the others says', () => {
  const policies = [others, { name: 'migrated-deployment-web', spec: free }]
  const effective = effectivePolicy(cluster, policies, labels)
  assert.equal(effective.criticality, 'high')
  assert.deepEqual(effective.policy.limits, { cpu: 'ratio', memory: 'ratio' })
  for (const resource of RESOURCES) {
    const { minShare, maxShare, minLimitShare, maxLimitShare } = effective.policy.bounds[resource]
    assert.deepEqual([minShare, maxShare, minLimitShare, maxLimitShare], [0, 1000, 0, 1000])
  }
  assert.equal(effectivePolicy(cluster, policies, { app: 'other' }).criticality, 'critical')
})

test('both are valid, and what the API server would refuse is found before', () => {
  assert.equal(refusalOf(othersSpec()), undefined)
  assert.equal(refusalOf(free), undefined)
  assert.match(refusalOf({ ...free, selector: { matchLabels: { app: 'x'.repeat(64) } } })!, /selector\.matchLabels/)
})
