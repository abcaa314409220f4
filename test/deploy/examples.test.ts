// Ways to install without `helm install`: each example is read by its program where that is here, and its values are taken by the chart.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { helmObstacle, IMAGE, objectsIn, only, type Rendered, render } from '../chart/helm.ts'
import { hasSystemProgram, locate } from '../cluster/harness/binaries.ts'

const ROOT = join(import.meta.dirname, '../..')
const DEPLOY = join(ROOT, 'deploy')
const read = (path: string) => readFileSync(join(DEPLOY, path), 'utf8')
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
const run = promisify(execFile)
const kubectl = locate('kubectl')

async function manifests(context: Pick<TestContext, 'after'>, namespace = 'plimsoll'): Promise<string> {
  const work = mkdtempSync(join(tmpdir(), 'plimsoll-deploy-'))
  context.after(() => rmSync(work, { recursive: true, force: true }))
  const image = `image.repository=${IMAGE.image.repository}`
  const args = [join(ROOT, 'scripts/manifests.ts'), join(work, 'base'), namespace, '--set', image]
  await run(process.execPath, args, { env: { ...process.env, HELM: locate('helm')! } })
  return work
}

async function kustomize(directory: string): Promise<Rendered[]> {
  const { stdout } = await run(kubectl!, ['kustomize', directory], { maxBuffer: 64 * 1024 * 1024 })
  return objectsIn(stdout)
}

const key = ({ kind, metadata }: Rendered) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`

describe('ways to install without Helm in the cluster', { skip: helmObstacle() ?? false }, () => {
  test('plain manifests are what the chart renders, without its test, and with their namespace', async (t) => {
    const work = await manifests(t)
    const objects = objectsIn(readFileSync(join(work, 'base/manifests.yaml'), 'utf8'))
    const expected = (await render()).filter(({ kind }) => kind !== 'Pod')
    assert.deepEqual(objects.map(key).toSorted(), expected.map(key).toSorted())
    assert.equal(parse(readFileSync(join(work, 'base/namespace.yaml'), 'utf8')).metadata.name, 'plimsoll')
  })

  test('another namespace is in the policies too, which Kustomize could not change', async (t) => {
    const work = await manifests(t, 'sizing')
    const text = readFileSync(join(work, 'base/manifests.yaml'), 'utf8')
    assert.match(text, /system:serviceaccount:sizing:plimsoll-learner/)
    assert.doesNotMatch(text, /namespace: plimsoll\b/)
  })

  test('the Kustomize overlay builds, and changes image, labels and replicas', {
    skip: kubectl ? false : 'there is no kubectl',
  }, async (t) => {
    const work = await manifests(t)
    cpSync(join(DEPLOY, 'kustomize'), work, { recursive: true })
    const [base, objects] = [await kustomize(join(work, 'base')), await kustomize(work)]
    assert.deepEqual(objects.map(key).toSorted(), base.map(key).toSorted())
    const learner = only(objects, 'Deployment', 'plimsoll-learner')
    assert.equal(learner.spec.replicas, 1)
    assert.equal(learner.spec.template.spec.containers[0].image, 'registry.internal/mirror/plimsoll:0.1.0')
    for (const { metadata } of objects) assert.equal((metadata.labels as Record<string, string>).team, 'platform')
  })

  test('Argo CD and Flux install the version of this chart with values that it takes', async () => {
    const { spec } = parse(read('argocd/application.yaml'))
    assert.equal(spec.source.targetRevision, version)
    const [source, release] = objectsIn(read('flux/release.yaml'))
    assert.equal(source!.spec.ref.tag, version)
    for (const values of [spec.source.helm.valuesObject, release!.spec.values]) {
      const objects = await render(values)
      assert.match(only(objects, 'ConfigMap', 'plimsoll').data['config.yaml'], /prometheus-operated\.monitoring:9090/)
    }
  })

  test('Argo CD leaves alone what the learner writes into objects of the release', async () => {
    const { spec } = parse(read('argocd/application.yaml'))
    const objects = await render(spec.source.helm.valuesObject)
    for (const { kind, name } of spec.ignoreDifferences as { kind: string; name?: string }[])
      assert.ok(
        objects.some((object) => object.kind === kind && (name ?? object.metadata.name) === object.metadata.name),
      )
    assert.ok(spec.syncPolicy.syncOptions.includes('RespectIgnoreDifferences=true'))
  })

  const noTerraform = hasSystemProgram('terraform') ? false : 'there is no terraform'
  test('the Terraform example is well-formed, in the form that terraform writes', { skip: noTerraform }, async () => {
    await run('terraform', ['fmt', '-check', '-diff', join(DEPLOY, 'terraform')])
  })
})
