// Makes the image for amd64 and arm64 as an OCI image layout, without a container engine:
//   node scripts/image-index.ts DIRECTORY amd64=BASE arm64=BASE
// BASE is the unpacked root file system of the Dockerfile's base (glibc, libstdc++, CA certificates) for that architecture.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fail, newDirectory, productVersion } from './arguments.ts'
import { imageConfig } from './oci/config.ts'
import { writeImageIndex } from './oci/index.ts'
import { ARCHITECTURES, type Architecture, writePinnedNode } from './pinned-node.ts'

const ROOT = join(import.meta.dirname, '..')
const [, , target, ...given] = process.argv
const bases = new Map(given.map((one) => one.split('=', 2) as [string, string]))
const architectures = Object.keys(ARCHITECTURES) as Architecture[]
if (!target || bases.size !== architectures.length || !architectures.every((one) => existsSync(bases.get(one) ?? '')))
  fail(
    'expected a directory and a base for each architecture: node scripts/image-index.ts DIRECTORY amd64=BASE arm64=BASE',
  )
const directory = newDirectory(target)
const version = productVersion()

const work = mkdtempSync(join(tmpdir(), 'plimsoll-image-'))
try {
  const made = join(work, 'made')
  execFileSync(process.execPath, [join(ROOT, 'scripts', 'image-root.ts'), made], { stdio: 'inherit' })
  const platforms = architectures.map((architecture) => {
    const root = join(work, architecture)
    mkdirSync(join(root, 'nodejs', 'bin'), { recursive: true })
    cpSync(join(made, 'app'), join(root, 'app'), { recursive: true, verbatimSymlinks: true })
    writePinnedNode(architecture, join(root, 'nodejs', 'bin', 'node'))
    return { architecture, roots: [bases.get(architecture)!, root] }
  })
  const digest = writeImageIndex(directory, `v${version}`, platforms, imageConfig(version))
  console.log(digest)
} finally {
  rmSync(work, { recursive: true, force: true })
}
