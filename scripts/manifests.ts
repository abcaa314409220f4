// Renders the chart as plain manifests and a Kustomize base, for those who do not use Helm:
//   node scripts/manifests.ts DIRECTORY NAMESPACE [HELM OPTIONS…]
// such as --set image.repository=registry.example.com/plimsoll. HELM names the program; helm if unset.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { fail, newDirectory } from './arguments.ts'
import { CHART } from './chart/files.ts'

const [, , target, namespace, ...options] = process.argv
if (!target || !namespace || namespace.startsWith('-'))
  fail('expected a directory and a namespace: node scripts/manifests.ts DIRECTORY NAMESPACE')
const directory = newDirectory(target)

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
