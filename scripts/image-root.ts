// Makes the root file system of the image, above its base (libc, libstdc++, CA certificates, the user nonroot):
//   node scripts/image-root.ts DIRECTORY
// The Dockerfile and the cluster tests both use this, so that what is tested is what is shipped.
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fail, newDirectory } from './arguments.ts'

const source = join(import.meta.dirname, '..')
const [, , directory] = process.argv
if (!directory) fail('name the directory that is to become the root: node scripts/image-root.ts DIRECTORY')
const root = newDirectory(directory)

const app = join(root, 'app')
mkdirSync(app, { recursive: true })
for (const file of ['package.json', 'package-lock.json', '.npmrc', 'LICENSE'])
  copyFileSync(join(source, file), join(app, file))
cpSync(join(source, 'bin'), join(app, 'bin'), { recursive: true })
run(
  process.execPath,
  [
    join(source, 'node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    'tsconfig.build.json',
    '--outDir',
    join(app, 'dist'),
  ],
  source,
)
run(process.execPath, [join(source, 'scripts', 'build-page.js'), join(app, 'dist', 'dashboard', 'built')], source)
run(
  'npm',
  ['ci', '--omit=dev', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
  app,
)
for (const file of ['package-lock.json', '.npmrc', join('node_modules', '.package-lock.json')]) rmSync(join(app, file))

// The Node.js that the lock file pins, whichever one runs this script.
const pinned = `node-linux-${process.arch}`
const node = join(dirname(createRequire(join(source, 'package.json')).resolve(`${pinned}/package.json`)), 'bin', 'node')
mkdirSync(join(root, 'nodejs', 'bin'), { recursive: true })
copyFileSync(node, join(root, 'nodejs', 'bin', 'node'))

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) fail(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`)
}
