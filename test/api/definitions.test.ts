import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { checkpointDefinition, recommendationDefinition } from '../../src/api/definitions.ts'
import { experimentDefinition } from '../../src/api/experiment/index.ts'
import { sizingPolicyDefinition } from '../../src/api/sizing-policy.ts'

const folder = join(import.meta.dirname, '..', '..', 'charts', 'plimsoll', 'files', 'crds')

test('the definitions in the chart are those of the code (npm run generate)', () => {
  const definitions = [
    recommendationDefinition(),
    checkpointDefinition(),
    sizingPolicyDefinition(),
    experimentDefinition(),
  ]
  const names = definitions.map(({ metadata }) => (metadata as { name: string }).name)
  assert.deepEqual(readdirSync(folder).sort(), names.map((name) => `${name}.yaml`).sort())
  for (const [i, name] of names.entries()) {
    const written = parse(readFileSync(join(folder, `${name}.yaml`), 'utf8'))
    assert.deepEqual(written, JSON.parse(JSON.stringify(definitions[i])), name)
  }
})

test('a revision is one field of its object, and so are workload and summary, so that the API server keeps no record of who owns each of its leaves', () => {
  const definition = JSON.parse(JSON.stringify(recommendationDefinition()))
  const { spec, status } = definition.spec.versions[0].schema.openAPIV3Schema.properties
  for (const field of ['learned', 'applied', 'wouldApply', 'pending', 'lastGood', 'summary']) {
    assert.equal(status.properties[field]['x-kubernetes-map-type'], 'atomic', field)
  }
  assert.equal(spec.properties.workload['x-kubernetes-map-type'], 'atomic')
})
