import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { SAME_TAR } from '../same-tar.ts'

const MEDIA = 'application/vnd.oci.image'

export interface PlatformRoots {
  /** As Go calls it: `amd64`, `arm64`. */
  readonly architecture: string
  /** Root file systems that become layers, the base first. */
  readonly roots: readonly string[]
}

/** How a container starts; fields as in the OCI image specification, config.md. */
export interface ImageConfig {
  readonly User: string
  readonly WorkingDir: string
  readonly Env: readonly string[]
  readonly Entrypoint: readonly string[]
  readonly Cmd: readonly string[]
  readonly Labels?: Readonly<Record<string, string>>
}

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/**
 * Writes an OCI image layout with an index of one image for each platform (image-layout.md and image-index.md of the OCI image
 * specification), without a container engine. The same roots give the same bytes.
 *
 * @param name reference of the image, such as `v1.0.0`
 * @returns digest of the index
 */
export function writeImageIndex(
  directory: string,
  name: string,
  platforms: readonly PlatformRoots[],
  config: ImageConfig,
): string {
  const blobs = join(directory, 'blobs', 'sha256')
  mkdirSync(blobs, { recursive: true })
  const blob = (type: string, content: Buffer | object): Descriptor => {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content))
    const digest = sha256(bytes)
    writeFileSync(join(blobs, digest), bytes)
    return { mediaType: `${MEDIA}.${type}`, digest: `sha256:${digest}`, size: bytes.length }
  }
  const manifests = platforms.map(({ architecture, roots }) => {
    const layers = roots.map(archiveOf)
    const platform = { architecture, os: 'linux' }
    const rootfs = { type: 'layers', diff_ids: layers.map((tar) => `sha256:${sha256(tar)}`) }
    const manifest = {
      schemaVersion: 2,
      mediaType: `${MEDIA}.manifest.v1+json`,
      config: blob('config.v1+json', { ...platform, config, rootfs }),
      layers: layers.map((tar) => blob('layer.v1.tar+gzip', gzipSync(tar, { level: 9 }))),
    }
    return { ...blob('manifest.v1+json', manifest), platform }
  })
  const index = blob('index.v1+json', { schemaVersion: 2, mediaType: `${MEDIA}.index.v1+json`, manifests })
  const annotations = { 'org.opencontainers.image.ref.name': name }
  writeFileSync(
    join(directory, 'index.json'),
    JSON.stringify({ schemaVersion: 2, mediaType: `${MEDIA}.index.v1+json`, manifests: [{ ...index, annotations }] }),
  )
  writeFileSync(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  return index.digest
}

function archiveOf(root: string): Buffer {
  const work = mkdtempSync(join(tmpdir(), 'plimsoll-layer-'))
  try {
    const file = join(work, 'layer.tar')
    execFileSync('tar', ['--create', ...SAME_TAR, `--file=${file}`, `--directory=${root}`, '.'])
    return readFileSync(file)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
