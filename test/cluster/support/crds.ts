import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ControlPlane, until } from '../harness/index.ts'

const CRDS = join(import.meta.dirname, '../../../charts/plimsoll/files/crds')

/** Installs the chart's CRDs, and waits until they are served. */
export async function installCrds(cluster: ControlPlane): Promise<void> {
  const files = readdirSync(CRDS).filter((name) => name.endsWith('.yaml'))
  await cluster.apply(...files.map((name) => readFileSync(join(CRDS, name), 'utf8')))
  await awaitServed(cluster, ...files.map((name) => name.replace(/\.yaml$/, '')))
}

/** Waits until kubectl finds custom resources, named `PLURAL.GROUP`: discovery comes after a definition is established. */
export async function awaitServed({ kubectl }: ControlPlane, ...types: readonly string[]): Promise<void> {
  for (const type of types) await until(`${type} to be served`, () => kubectl(['get', type, '--all-namespaces']))
}

/**
 * Deletes CRDs of the chart, all of them by default. Before that, it lists their objects without a limit, which the API server answers
 * only from a ready cache. A CRD that is deleted before its cache is ready stays for five minutes (seen with kube-apiserver 1.36): the
 * finalizer's list is refused (429), its retry conflicts with its own status update, and it ignores the event that it waits for
 * (`crd_finalizer.go`).
 */
export async function deleteCrds({ kubectl }: ControlPlane, ...names: readonly string[]): Promise<void> {
  const ours = ['crd', '--selector=app.kubernetes.io/part-of=plimsoll', '--output=name']
  const found = names.length > 0 ? names.map((name) => `crd/${name}`) : words(await kubectl(['get', ...ours]))
  for (const crd of found) {
    const path = '/apis/{.spec.group}/{.spec.versions[0].name}/{.spec.names.plural}'
    const url = await kubectl(['get', crd, `--output=jsonpath=${path}`])
    await until(`the API server to list ${url}`, () => kubectl(['get', '--raw', url]))
  }
  if (found.length > 0) await kubectl(['delete', ...found])
}

const words = (text: string) => text.split(/\s+/).filter(Boolean)
