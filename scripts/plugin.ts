// Makes the kubectl plugin for Krew: an archive for each platform that contains Node.js, and the manifest.
//   node scripts/plugin.ts DIRECTORY URL [OS-ARCHITECTURE=NODE…]
// URL is where the archives will be, such as https://github.com/OWNER/NAME/releases/download/v1.0.0. Node.js for Linux comes from npm, as
// package-lock.json pins it; for other systems, name a file: darwin-arm64=node.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fail, newDirectory, productVersion } from './arguments.ts'
import { ARCHITECTURES, type Architecture, writePinnedNode } from './pinned-node.ts'
import { makeArchive } from './plugin/archive.ts'
import { krewManifest, type PlatformArchive } from './plugin/manifest.ts'

const ROOT = join(import.meta.dirname, '..')
const OTHER = /^(darwin)-(amd64|arm64)=(.+)$/
const [, , target, url, ...others] = process.argv
if (!target || !url || !URL.canParse(url)) fail('expected a directory and a URL: node scripts/plugin.ts DIRECTORY URL')
const directory = newDirectory(target)
mkdirSync(directory, { recursive: true })
const version = productVersion()

const work = mkdtempSync(join(tmpdir(), 'plimsoll-plugin-root-'))
try {
  execFileSync(process.execPath, [join(ROOT, 'scripts', 'image-root.ts'), join(work, 'root')], { stdio: 'inherit' })
  // Krew unpacks no symbolic links, and nothing runs these.
  rmSync(join(work, 'root', 'app', 'node_modules', '.bin'), { recursive: true, force: true })
  const nodes = Object.keys(ARCHITECTURES).map((architecture) => {
    const node = join(work, `node-${architecture}`)
    writePinnedNode(architecture as Architecture, node)
    return { os: 'linux', architecture, node }
  })
  for (const other of others) {
    const [, os, architecture, node] =
      OTHER.exec(other) ?? fail(`${other}: expected a platform and a file, such as darwin-arm64=node`)
    nodes.push({ os: os!, architecture: architecture!, node: resolve(node!) })
  }
  const archives = nodes.map(({ os, architecture, node }): PlatformArchive => {
    const name = `kubectl-plimsoll-${os}-${architecture}.tar.gz`
    const parts = { app: join(work, 'root', 'app'), node, license: join(ROOT, 'LICENSE') }
    return { os, architecture, uri: `${url}/${name}`, sha256: makeArchive(parts, join(directory, name)) }
  })
  const [, homepage = url!] = /^(https:\/\/github\.com\/[^/]+\/[^/]+)\//.exec(url!) ?? []
  writeFileSync(join(directory, 'plimsoll.yaml'), krewManifest({ version, homepage, archives }))
} finally {
  rmSync(work, { recursive: true, force: true })
}
