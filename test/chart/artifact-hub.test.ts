// What Artifact Hub shows of the chart: https://artifacthub.io/docs/topics/annotations/helm/
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { CHART } from '../../scripts/chart/files.ts'

const read = (path: string) => parse(readFileSync(path, 'utf8'))
const { annotations } = read(join(CHART, 'Chart.yaml'))
const crds = globSync(join(CHART, 'files/crds/*.yaml')).map(read)
const key = ({ name, kind, version }: Record<string, string>) => `${name} ${kind} ${version}`

test('Artifact Hub lists the custom resources of the chart, each with what it is for', () => {
  const listed = parse(annotations['artifacthub.io/crds']) as Record<string, string>[]
  const served = crds.map(({ metadata, spec }) =>
    key({ name: metadata.name, kind: spec.names.kind, version: spec.versions[0].name }),
  )
  assert.deepEqual(listed.map(key).toSorted(), served.toSorted())
  for (const { displayName, description } of listed) assert.ok(displayName && description)
})

test('its example is an object of one of them', () => {
  const examples = parse(annotations['artifacthub.io/crdsExamples']) as Record<string, string>[]
  for (const { apiVersion, kind } of examples) {
    const crd = crds.find(({ spec }) => spec.names.kind === kind)
    assert.equal(apiVersion, `${crd.spec.group}/${crd.spec.versions[0].name}`)
  }
})

test('every annotation is text, as Helm requires', () => {
  for (const [name, value] of Object.entries(annotations)) assert.equal(typeof value, 'string', name)
})
