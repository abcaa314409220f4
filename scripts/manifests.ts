// Renders the chart as plain manifests and a Kustomize base, for those who do not use Helm:
//   node scripts/manifests.ts DIRECTORY NAMESPACE [HELM OPTIONS…]
// such as --set image.repository=registry.example.com/plimsoll. HELM names the program; helm if unset.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { CHART } from './chart/files.ts'

const [, , target, namespace, ...options] = process.argv
if (!target || !namespace || namespace.startsWith('-'))
  fail('expected a directory and a namespace: node scripts/manifests.ts DIRECTORY NAMESPACE')
const directory = resolve(target)
if (existsSync(directory) && readdirSync(directory).length > 0)
  fail(`${directory} is not empty: expected a new directory`)

const command = ['template', 'plimsoll', CHART, `--namespace=${namespace}`, '--skip-tests', ...options]
const rendered = execFileSync(process.env.HELM ?? 'helm', command, {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
  stdio: ['ignore', 'pipe', 'inherit'],
})
mkdirSync(directory, { recursive: true })
writeFileSync(
  join(directory, 'namespace.yaml'),
  stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }),
)
writeFileSync(join(directory, 'manifests.yaml'), rendered)
writeFileSync(
  join(directory, 'kustomization.yaml'),
  stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['namespace.yaml', 'manifests.yaml'],
  }),
)

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
