import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import type { Command } from './command.ts'
import type { ControlPlane } from './control-plane.ts'
import type { ImageStore } from './images.ts'
import type { Layout } from './layout.ts'
import { ADDONS } from './programs.ts'
import { until } from './until.ts'

/** Makes the images of CoreDNS and metrics-server. */
export async function loadAddons(images: ImageStore, binaries: Binaries): Promise<void> {
  await Promise.all(
    ADDONS.map((name) =>
      images.load(`${name}:test`, { files: { [`/${name}`]: binaries.path(name) }, command: [`/${name}`] }),
    ),
  )
}

/** Creates CoreDNS and metrics-server; their Pods start when there is a node. */
export async function createAddons({ apply }: ControlPlane, { dnsAddress }: Layout): Promise<void> {
  const manifest = readFileSync(join(import.meta.dirname, 'addons.yaml'), 'utf8')
  const accepted = () => apply(manifest.replaceAll('DNS_ADDRESS', dnsAddress)).then(() => true)
  await until('CoreDNS and metrics-server to be accepted', accepted)
}

export async function waitForAddons(kubectl: Command): Promise<void> {
  const wait = ['--namespace=kube-system', '--timeout=240s', '--for=condition=Available']
  const deployments = ADDONS.map((name) => `deployment/${name}`)
  await kubectl(['wait', ...wait, ...deployments], { timeoutMilliseconds: 250_000 })
}
