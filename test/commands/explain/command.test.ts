import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { recommendation } from '../../webhook/captured.ts'

const BIN = join(import.meta.dirname, '..', '..', '..', 'bin', 'plimsoll')
const REVIEW = join(import.meta.dirname, '..', '..', 'fixtures', 'admission', 'deployment.json')
const MANIFEST = `apiVersion: apps/v1
kind: Deployment
metadata: {name: checkout, namespace: shop}
spec:
  selector: {matchLabels: {app: checkout}}
  template:
    metadata: {labels: {app: checkout}}
    spec:
      containers: [{name: app, image: checkout:1, resources: {requests: {cpu: 1, memory: 1Gi}}}]
`

describe('plimsoll explain, without a cluster', () => {
  let directory: string
  let rec: string[]
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'plimsoll-explain-'))
    const file = join(directory, 'rec.yaml')
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(recommendation('shop', 'Deployment', 'checkout')))
    writeFileSync(join(directory, 'checkout.yaml'), MANIFEST)
    rec = ['--recommendation', file]
  })
  after(() => rmSync(directory, { recursive: true }))

  const explain = (args: string[], input = '') => {
    const env = { PATH: process.env.PATH, HOME: directory }
    const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, 'explain', ...args], {
      input,
      env,
      encoding: 'utf8',
      timeout: 180_000,
    })
    return { status, stdout, stderr }
  }

  test('takes a manifest', () => {
    const { status, stdout } = explain([join(directory, 'checkout.yaml'), ...rec])
    assert.equal(status, 0)
    assert.match(
      stdout,
      /^A Pod of Deployment shop\/checkout \(.*checkout\.yaml:1\)\n {2}workload shop\/Deployment\/checkout/,
    )
    assert.match(stdout, /\n {4}injected {2}150m \/ - /)
  })

  test('takes an AdmissionReview from stdin, and answers in JSON', () => {
    const { status, stdout } = explain(['-', '--output', 'json', ...rec], readFileSync(REVIEW, 'utf8'))
    assert.equal(status, 0)
    const { workload, outcome, record } = JSON.parse(stdout)
    assert.deepEqual([workload, outcome, record.revision], ['shop/Deployment/checkout', 'patched', 4])
  })

  test('says what it can take when it is given something else', () => {
    const missing = explain(['nowhere.yaml', ...rec])
    assert.equal(missing.status, 1)
    assert.match(
      missing.stderr,
      /nowhere\.yaml is neither a file nor a live object\. Expected a file, - for stdin, or a name/,
    )
    assert.match(
      explain(['-', ...rec], 'kind: Service\n').stderr,
      /stdin: contains neither an object that creates Pods nor an AdmissionReview/,
    )
    assert.match(explain(['deployment/web']).stderr, /No Kubernetes cluster found.*--recommendation <file>/)
    writeFileSync(join(directory, 'bad.yaml'), 'kind: Recommendation\n')
    assert.match(
      explain(['-', '--recommendation', join(directory, 'bad.yaml')], MANIFEST).stderr,
      /bad\.yaml: apiVersion: .* Expected a Recommendation/,
    )
  })
})
