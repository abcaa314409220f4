// Bundles the dashboard's page into src/dashboard/built (or the directory named): what it holds is in the name of each file.
// npm runs this after an installation, so it must work with any version of Node.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const page = join(root, 'src', 'dashboard', 'page')
const target = process.argv[2] ?? join(root, 'src', 'dashboard', 'built')

const { outputFiles, errors } = await build({
  entryPoints: { app: join(page, 'main.tsx'), theme: join(page, 'theme.ts'), style: join(page, 'style.css') },
  outdir: target,
  entryNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  write: false,
  format: 'iife',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  tsconfig: join(root, 'tsconfig.page.json'),
  logLevel: 'error',
})
if (errors.length > 0) process.exit(1)

const files = new Map(outputFiles.map(({ path, contents }) => [path.slice(path.lastIndexOf('/') + 1), contents]))
const named = (start, end) =>
  `/assets/${[...files.keys()].find((name) => name.startsWith(start) && name.endsWith(end))}`
const index = readFileSync(join(page, 'index.html'), 'utf8')
  .replace('{{style}}', named('style-', '.css'))
  .replace('{{theme}}', named('theme-', '.js'))
  .replace('{{app}}', named('app-', '.js'))
  .replaceAll('{{icon}}', '/assets/icon.svg')
files.set('icon.svg', readFileSync(join(page, 'icon.svg')))
files.set('index.html', Buffer.from(index))

// A server that reads them meanwhile sees the old page or the new one: its index comes last, and old files go after it.
mkdirSync(target, { recursive: true })
for (const [name, contents] of files) {
  const half = join(target, `${name}.${process.pid}.tmp`)
  writeFileSync(half, contents)
  renameSync(half, join(target, name))
}
for (const name of readdirSync(target))
  if (!files.has(name) && !name.endsWith('.tmp')) rmSync(join(target, name), { force: true })
