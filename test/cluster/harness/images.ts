import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { copyInto, type ImageBase, writeBase } from './image-files.ts'
import type { Layout } from './layout.ts'
import { CONTAINERD_SOCKET, snapshotter } from './node-config.ts'
import type { NodeNamespaces } from './node-namespaces.ts'
import { run } from './run.ts'

export interface ImageContents {
  /** What it is built on; `scratch` when left out. */
  readonly from?: ImageBase
  /** Files and directories of this machine to add: path in the image → path here. */
  readonly files?: Readonly<Record<string, string>>
  /** What a container runs unless its Pod says otherwise. */
  readonly command: readonly string[]
  /** Numeric, so that `runAsNonRoot` can be checked; 0 when left out. */
  readonly user?: number
  /** `/` when left out. */
  readonly workingDirectory?: string
}

/** Images of one node, made on the spot: there is no registry. */
export interface ImageStore {
  /** Names of what is there; undefined while containerd does not answer. */
  list(): Promise<string[] | undefined>
  /** Makes an image and loads it into the node. A Pod that names it needs no pull policy, since the tag is not `latest`. */
  load(name: string, contents: ImageContents): Promise<void>
}

interface Layer {
  readonly file: string
  readonly digest: string
  readonly size: number
}

const MEDIA = 'application/vnd.oci.image'

export function imageStore(layout: Layout, { enter }: NodeNamespaces): ImageStore {
  const ctr = (...args: string[]) =>
    run(enter[0]!, [
      ...enter.slice(1),
      'ctr',
      `--address=${CONTAINERD_SOCKET}`,
      '--namespace=k8s.io',
      'images',
      ...args,
    ])
  const directory = join(layout.directory, 'images')
  mkdirSync(directory, { recursive: true })
  const bases = new Map<ImageBase, Promise<Layer>>()
  const loaded = new Set<string>()

  async function baseLayer(base: ImageBase): Promise<Layer> {
    const existing = bases.get(base)
    if (existing) return await existing
    const made = makeLayer(directory, (root) => writeBase(base, root))
    bases.set(base, made)
    return await made
  }

  return {
    list: () =>
      ctr('list', '--quiet').then(
        (output) => output.split('\n').filter((line) => line !== ''),
        () => undefined,
      ),
    async load(name, contents) {
      const { from = 'scratch', files = {} } = contents
      const own = await makeLayer(directory, async (root) => {
        for (const [path, source] of Object.entries(files)) copyInto(root, path, source)
      })
      const layers = from === 'scratch' ? [own] : [await baseLayer(from), own]
      const archive = await makeArchive(directory, fullName(name), contents, layers, loaded)
      try {
        await ctr('import', `--snapshotter=${snapshotter(layout)}`, archive)
      } finally {
        rmSync(archive)
        rmSync(own.file)
      }
      for (const { digest } of layers) loaded.add(digest)
    },
  }
}

/** Completes a name as a kubelet does. */
function fullName(name: string): string {
  if (!/:[\w.-]+$/.test(name) || name.endsWith(':latest')) {
    throw new Error(`image ${name}: give it a tag other than latest, or a kubelet tries to pull it from a registry`)
  }
  const [first = '', ...rest] = name.split('/')
  if (rest.length === 0) return `docker.io/library/${name}`
  return /[.:]|^localhost$/.test(first) ? name : `docker.io/${name}`
}

/** An archive of the files that `fill` puts into an empty directory; the same files give the same digest. */
async function makeLayer(directory: string, fill: (root: string) => Promise<void>): Promise<Layer> {
  const root = mkdtempSync(join(directory, 'layer-'))
  const file = `${root}.tar`
  try {
    await fill(root)
    const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=u+rX,go+rX']
    await run('tar', [`--create`, `--file=${file}`, `--directory=${root}`, ...same, '--', '.'])
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return { file, digest: `sha256:${hash.digest('hex')}`, size: statSync(file).size }
}

/** Packs an image as an OCI image layout (image-layout.md of the OCI image specification). */
async function makeArchive(
  directory: string,
  name: string,
  { command, user = 0, workingDirectory = '/' }: ImageContents,
  layers: readonly Layer[],
  loaded: ReadonlySet<string>,
): Promise<string> {
  const root = mkdtempSync(join(directory, 'image-'))
  const blobs = join(root, 'blobs', 'sha256')
  mkdirSync(blobs, { recursive: true })
  const blob = (type: string, content: object) => {
    const text = JSON.stringify(content)
    const digest = createHash('sha256').update(text).digest('hex')
    writeFileSync(join(blobs, digest), text)
    return { mediaType: `${MEDIA}.${type}`, digest: `sha256:${digest}`, size: Buffer.byteLength(text) }
  }
  try {
    const config = blob('config.v1+json', {
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: {
        User: `${user}`,
        WorkingDir: workingDirectory,
        Env: ['PATH=/nodejs/bin:/bin:/usr/bin'],
        Cmd: command,
      },
      rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    })
    const descriptors = layers.map(({ digest, size }) => ({ mediaType: `${MEDIA}.layer.v1.tar`, digest, size }))
    const manifest = blob('manifest.v1+json', { schemaVersion: 2, config, layers: descriptors })
    const annotations = { 'io.containerd.image.name': name }
    writeFileSync(
      join(root, 'index.json'),
      JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
    )
    writeFileSync(join(root, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
    // A layer that containerd has already may be left out, and a base is large.
    for (const { file, digest } of new Map(layers.map((layer) => [layer.digest, layer])).values()) {
      // A hard link would change the file's ctime, and a tar that reads it for another image fails because of that.
      if (!loaded.has(digest)) symlinkSync(file, join(blobs, digest.slice('sha256:'.length)))
    }
    const archive = `${root}.tar`
    await run('tar', ['--create', '--dereference', `--file=${archive}`, `--directory=${root}`, '.'])
    return archive
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
