import { chmodSync, cpSync, existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SYSTEM_PATH } from './processes.ts'
import { run } from './run.ts'

/** Base of an image. */
export type ImageBase =
  /** Empty, for static binaries. */
  | 'scratch'
  /** Debian's static busybox with all its commands in /bin. */
  | 'busybox'
  /** Like the distroless image of Node.js: /nodejs/bin/node with its libraries, CA certificates, user nonroot (65532), no shell. */
  | 'node'

/** Fills an empty directory with the root file system of a base. */
export async function writeBase(base: ImageBase, root: string): Promise<void> {
  if (base === 'scratch') return
  mkdirSync(join(root, 'tmp'))
  chmodSync(join(root, 'tmp'), 0o1777)
  put(
    root,
    '/etc/passwd',
    'root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
  )
  put(root, '/etc/group', 'root:x:0:\nnonroot:x:65532:\n')
  mkdirSync(join(root, 'home/nonroot'), { recursive: true })
  await (base === 'busybox' ? writeBusybox(root) : writeNode(root))
}

async function writeBusybox(root: string): Promise<void> {
  const busybox = SYSTEM_PATH.split(':')
    .map((directory) => join(directory, 'busybox'))
    .find(existsSync)
  if (!busybox) throw new Error('busybox is missing (Debian: busybox-static)')
  copyInto(root, '/bin/busybox', busybox)
  for (const command of (await run(busybox, ['--list'])).trim().split('\n')) {
    if (command !== 'busybox') symlinkSync('busybox', join(root, 'bin', command))
  }
}

async function writeNode(root: string): Promise<void> {
  copyInto(root, '/nodejs/bin/node', process.execPath)
  const libraries = (await run('ldd', [process.execPath])).match(/\/\S+/g) ?? []
  for (const library of new Set(libraries)) copyInto(root, library, library)
  const certificates = '/etc/ssl/certs/ca-certificates.crt'
  if (existsSync(certificates)) copyInto(root, certificates, certificates)
}

/** Copies a file or directory of this machine to a path of the image. */
export function copyInto(root: string, path: string, source: string): void {
  const target = join(root, path)
  mkdirSync(dirname(target), { recursive: true })
  cpSync(realpathSync(source), target, { recursive: true, verbatimSymlinks: true })
}

function put(root: string, path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}
