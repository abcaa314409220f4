// The structure of the image index, by the OCI image specification, with small stand-ins for the root file systems.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { imageConfig } from '../../scripts/oci/config.ts'
import { writeImageIndex } from '../../scripts/oci/index.ts'

const ARCHITECTURES = ['amd64', 'arm64']
const CONFIG = imageConfig('1.2.3')

function made(context: Pick<TestContext, 'after'>) {
  const work = mkdtempSync(join(tmpdir(), 'plimsoll-oci-'))
  context.after(() => rmSync(work, { recursive: true, force: true }))
  const rootOf = (name: string, file: string) => {
    mkdirSync(join(work, name, 'nodejs'), { recursive: true })
    writeFileSync(join(work, name, 'nodejs', file), name)
    return join(work, name)
  }
  const platforms = ARCHITECTURES.map((architecture) => ({
    architecture,
    roots: [rootOf(`base-${architecture}`, 'libc'), rootOf(architecture, 'node')],
  }))
  const layout = join(work, 'layout')
  const digest = writeImageIndex(layout, 'v1.2.3', platforms, CONFIG)
  const blob = ({ digest, size }: { digest: string; size: number }) => {
    const bytes = readFileSync(join(layout, 'blobs/sha256', digest.replace('sha256:', '')))
    assert.equal(bytes.length, size)
    return bytes
  }
  const parsed = (descriptor: { digest: string; size: number }) => JSON.parse(blob(descriptor).toString())
  return { layout, digest, blob, parsed, top: JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) }
}

const sha256 = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

test('is a layout whose index has an image for each platform, under the name of the version', (t) => {
  const { layout, digest, top, parsed } = made(t)
  assert.deepEqual(JSON.parse(readFileSync(join(layout, 'oci-layout'), 'utf8')), { imageLayoutVersion: '1.0.0' })
  assert.equal(top.manifests.length, 1)
  assert.equal(top.manifests[0].digest, digest)
  assert.equal(top.manifests[0].annotations['org.opencontainers.image.ref.name'], 'v1.2.3')
  const { mediaType, manifests } = parsed(top.manifests[0])
  assert.equal(mediaType, 'application/vnd.oci.image.index.v1+json')
  assert.deepEqual(
    manifests.map(({ platform }: { platform: object }) => platform),
    ARCHITECTURES.map((architecture) => ({ architecture, os: 'linux' })),
  )
})

test('each image has its platform, its config, its base below its own layer, and the digests of the unpacked layers', (t) => {
  const { top, parsed, blob } = made(t)
  for (const descriptor of parsed(top.manifests[0]).manifests) {
    const { config, layers } = parsed(descriptor)
    const { architecture, os, config: started, rootfs } = parsed(config)
    assert.deepEqual({ architecture, os }, descriptor.platform)
    assert.deepEqual(started, CONFIG)
    const unpacked = layers.map((layer: { digest: string; size: number; mediaType: string }) => {
      assert.equal(layer.mediaType, 'application/vnd.oci.image.layer.v1.tar+gzip')
      return gunzipSync(blob(layer))
    })
    assert.deepEqual(rootfs, { type: 'layers', diff_ids: unpacked.map(sha256) })
    const files = unpacked.map((tar: Buffer) => execFileSync('tar', ['--list'], { input: tar, encoding: 'utf8' }))
    assert.match(files[0], /nodejs\/libc/)
    assert.match(files[1], /nodejs\/node/)
  }
})

test('every blob has its digest as its name, none is left over, and the same roots give the same index', (t) => {
  const { layout, digest } = made(t)
  const names = readdirSync(join(layout, 'blobs/sha256'))
  // For each platform a manifest, a config and two layers, and the index.
  assert.equal(names.length, ARCHITECTURES.length * 4 + 1)
  for (const name of names) assert.equal(sha256(readFileSync(join(layout, 'blobs/sha256', name))), `sha256:${name}`)
  assert.equal(made(t).digest, digest)
})

test('starts as the image that the Dockerfile makes', () => {
  const dockerfile = readFileSync(join(import.meta.dirname, '../../Dockerfile'), 'utf8')
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
  const instruction = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(last)![1]!
  assert.equal(CONFIG.User, instruction('USER'))
  assert.equal(CONFIG.WorkingDir, instruction('WORKDIR'))
  assert.ok(CONFIG.Env.includes(instruction('ENV')))
  assert.deepEqual(CONFIG.Entrypoint, JSON.parse(instruction('ENTRYPOINT')))
  assert.deepEqual(CONFIG.Cmd, JSON.parse(instruction('CMD')))
})
