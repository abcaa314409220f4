import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import type { Certificate, CertificateAuthority } from './pki.ts'

/** GET requests to an API server with a client certificate. For polling, where starting kubectl each time would cost 0.2 s. */
export type ApiGet = (path: string) => Promise<{ readonly status: number; readonly body: string }>

export function apiGet(url: string, authority: CertificateAuthority, client: Certificate): ApiGet {
  const tls = {
    ca: readFileSync(authority.certificate),
    cert: readFileSync(client.certificate),
    key: readFileSync(client.key),
    agent: false as const,
  }
  return (path) =>
    new Promise((resolve, reject) => {
      const call = request(new URL(path, url), { ...tls, timeout: 5_000 }, async (response) => {
        try {
          const chunks: Buffer[] = []
          for await (const chunk of response) chunks.push(chunk as Buffer)
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() })
        } catch (error) {
          reject(error as Error)
        }
      })
      call.on('timeout', () => call.destroy(new Error(`no answer from ${url}${path} within 5 s`)))
      call.on('error', reject)
      call.end()
    })
}
