import { readFileSync } from 'node:fs'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { CertificateAuthority, type ControlPlane } from '../harness/index.ts'
import { writeKubeconfig } from '../harness/kubeconfig.ts'

/** A request to the API server. */
export interface ApiCall {
  readonly method: string
  /** Path without the query, such as `/api/v1/namespaces/shop/pods/web-0/resize`. */
  readonly path: string
  readonly query: URLSearchParams
}

/** Hooks on a call. A hook that never returns keeps the caller waiting. */
export interface ApiHooks {
  /** Called before the API server receives the request. */
  before?(call: ApiCall): Promise<void> | void
  /** Called after the request took effect, and before the caller gets the response. */
  after?(call: ApiCall): Promise<void> | void
}

/** A proxy that sees the requests of a program to the API server. */
export interface ApiProxy {
  /** The cluster with a kubeconfig for the proxy. */
  readonly cluster: ControlPlane
  close(): Promise<void>
}

let started = 0

/** Starts a proxy in front of the API server, with an administrator's rights. It streams watches. */
export async function startApiProxy(cluster: ControlPlane, hooks: ApiHooks): Promise<ApiProxy> {
  const name = `api-proxy-${++started}`
  const authority = await CertificateAuthority.create(join(cluster.directory, name), name)
  const serving = await authority.issue('serving', { subject: '/CN=proxy', names: ['IP:127.0.0.1'] })
  const admin = readAdmin(cluster)
  const read = (file: string) => readFileSync(file)
  const server = createServer({ cert: read(serving.certificate), key: read(serving.key) }, (incoming, outgoing) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', cluster.url)
    const call = { method: incoming.method ?? 'GET', path: pathname, query: searchParams }
    const fail = () => outgoing.destroy()
    const forward = async () => {
      await hooks.before?.(call)
      const target = new URL(incoming.url ?? '/', cluster.url)
      const { method, headers } = incoming
      const upstream = request(target, { ...admin, method: method!, headers: { ...headers, host: target.host } })
      upstream.on('error', fail)
      upstream.on('response', (response) => {
        const answer = async () => {
          await hooks.after?.(call)
          outgoing.writeHead(response.statusCode ?? 502, response.headers)
          // A watch sends its headers long before the first event.
          outgoing.flushHeaders()
          response.pipe(outgoing)
        }
        response.on('error', fail)
        answer().catch(fail)
      })
      outgoing.on('close', () => upstream.destroy())
      incoming.pipe(upstream)
    }
    forward().catch(fail)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const kubeconfig = writeKubeconfig(join(cluster.directory, `${name}.kubeconfig`), url, authority.certificate, serving)
  return {
    cluster: { ...cluster, kubeconfig },
    async close() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

function readAdmin({ kubeconfig }: ControlPlane) {
  const { clusters, users } = JSON.parse(readFileSync(kubeconfig, 'utf8'))
  const decoded = (text: string) => Buffer.from(text, 'base64')
  return {
    ca: decoded(clusters[0].cluster['certificate-authority-data']),
    cert: decoded(users[0].user['client-certificate-data']),
    key: decoded(users[0].user['client-key-data']),
  }
}
