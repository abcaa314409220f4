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
