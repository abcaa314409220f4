import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSettings } from '../../src/config/index.ts'
import { checkExperiments } from '../../src/doctor/checks/experiments.ts'
import { checkRights } from '../../src/doctor/checks/rights.ts'
import { describeFinding } from '../../src/doctor/examine.ts'
import { experimentRights } from '../../src/doctor/experiment-rights.ts'
import type { InstallationFacts, Right } from '../../src/doctor/facts.ts'
import { WELL } from './facts.ts'

const ENABLED = parseSettings('experiments: {image: plimsoll}', 'settings')

/** Facts of an installation whose learner has the rights for experiments, but for some. */
function without(namespaces: readonly string[], isMissing: (right: Right) => boolean): InstallationFacts {
  const reviewed = experimentRights(namespaces).map((right) => ({
    ...right,
    ...({ process: 'learner', isNeeded: true, isAllowed: !isMissing(right) } as const),
  }))
  return { ...WELL, settings: ENABLED, rights: { value: reviewed }, experimentNamespaces: { value: namespaces } }
}

const found = (facts: InstallationFacts) => describeFinding(checkExperiments(facts))

test('says where experiments can run', () => {
  assert.match(found(WELL), /^ok .*no experiments run/)
  assert.match(
    found(without([], () => false)),
    /^ok .*no namespace has the label/,
  )
  assert.match(
    found(without(['staging'], () => false)),
    /^ok .*experiments can run in staging$/,
  )
  assert.match(
    found(without(['staging', 'qa'], () => false)),
    /^ok .*can run in 2 namespaces$/,
  )
})

test('names the rights that the learner lacks in a namespace, and what to do', () => {
  const facts = without(['staging', 'qa'], ({ namespace, resource }) => namespace === 'qa' && resource === 'jobs')
  assert.match(
    found(facts),
    /^warn .*may not get jobs\.batch in qa; .*so experiments there wait\. Add qa to experiments\.namespaces and run helm upgrade/,
  )
  assert.equal(checkRights(facts).status, 'ok')
})

test('names the rights that no experiment runs without', () => {
  const facts = without(['staging'], ({ resource }) => resource === 'experiments/status')
  assert.match(found(facts), /^warn .*may not patch experiments\/status\.plimsoll\.dev, so no experiment runs/)
})

test('claims nothing where the rights or the settings are not known', () => {
  const facts = without(['staging'], () => false)
  assert.match(found({ ...facts, rights: { problem: 'forbidden' } }), /^warn .*could not be read: forbidden/)
  assert.match(found({ ...facts, settings: undefined }), /^ok .*settings are not known/)
})
