import { readFileSync, writeFileSync } from 'node:fs'
import type { Certificate } from './pki.ts'

/** Writes a kubeconfig (as JSON, which is YAML) that signs in with a client certificate; returns its path. */
export function writeKubeconfig(path: string, server: string, authority: string, client: Certificate): string {
  const base64 = (file: string) => readFileSync(file).toString('base64')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': base64(authority) } }],
    users: [
      {
        name: 'test',
        user: { 'client-certificate-data': base64(client.certificate), 'client-key-data': base64(client.key) },
      },
    ],
  }
  writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 })
  return path
}
