// What of an API server reviews tokens and rights, with the rights that a test gives. The real one is in the browser's tests.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { type Credentials, KubeClient } from '../../src/kube/index.ts'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent
  readonly body: any
}

export interface ReviewServer {
  readonly credentials: Credentials
  readonly client: KubeClient
  readonly asked: Asked[]
  /** Names by token. */
  readonly users: Map<string, string>
  /** `user verb namespace`, for Recommendations, or `user verb namespace/resource.group`; the namespace * is all. */
  readonly rights: Set<string>
  readonly recommendations: Map<string, object>
  /** What is answered to reviews of tokens, where they are to fail. */
  broken: number | undefined
}

export const OWN = 'the-dashboards-own'

export async function startReviewServer(test: Pick<TestContext, 'after'>): Promise<ReviewServer> {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const one = { ...toAsked(request), body: JSON.parse((await text(request)) || 'null') }
    asked.push(one)
    const [status, answer] = answerTo(one)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const credentials: Credentials = {
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    namespace: 'plimsoll',
    access: async () => ({ headers: { authorization: `Bearer ${OWN}` } }),
    forget() {},
  }
  const client = new KubeClient({ credentials, version: 'test' })
  const cluster: ReviewServer = {
    ...{ credentials, client, asked, broken: undefined },
    ...{ users: new Map(), rights: new Set(), recommendations: new Map() },
  }
  test.after(() => {
    client.close()
    server.closeAllConnections()
    server.close()
  })
  return cluster

  function answerTo({ path, body, authorization, method }: Asked): [number, object] {
    if (path.includes('/tokenreviews')) {
      if (cluster.broken) return [cluster.broken, { kind: 'Status', reason: 'Broken', message: 'no reviews today' }]
      const username = cluster.users.get(body.spec.token)
      const status = username ? { authenticated: true, user: { username, groups: ['system:authenticated'] } } : {}
      return [201, { metadata: {}, status }]
    }
    if (path.includes('/subjectaccessreviews')) {
      const { user, resourceAttributes } = body.spec
      const { verb, namespace = '*', resource, group } = resourceAttributes
      const what = group === 'plimsoll.dev' && resource === 'recommendations' ? '' : `/${resource}.${group}`
      const allowed = [namespace, '*'].some((where) => cluster.rights.has(`${user} ${verb} ${where}${what}`))
      return [201, { metadata: {}, status: { allowed } }]
    }
    const user = cluster.users.get((authorization ?? '').replace('Bearer ', ''))
    if (!user) return [401, { kind: 'Status', reason: 'Unauthorized', message: 'Unauthorized' }]
    if (path.includes('/selfsubjectreviews')) return [201, { metadata: {}, status: { userInfo: { username: user } } }]
    const [, group = '', of = '', plural = ''] = /^\/apis\/(apps)\/v1\/namespaces\/([^/]+)\/([^/]+)/.exec(path) ?? []
    if (plural) {
      const right = `${user} ${method === 'PATCH' ? 'patch' : 'get'} ${of}/${plural}.${group}`
      if (cluster.rights.has(right)) return [200, { metadata: {}, spec: {} }]
      return [403, { kind: 'Status', reason: 'Forbidden', message: `it takes the right: ${right}` }]
    }
    const [, namespace = '', name = ''] = /namespaces\/([^/]+)\/recommendations\/([^/?]+)/.exec(path) ?? []
    const verb = method === 'PATCH' ? 'patch' : 'get'
    if (!cluster.rights.has(`${user} ${verb} ${namespace}`))
      return [403, { kind: 'Status', reason: 'Forbidden', message: `${user} may not ${verb} in ${namespace}` }]
    const found = cluster.recommendations.get(`${namespace}/${name}`)
    return found ? [200, found] : [404, { kind: 'Status', reason: 'NotFound', message: 'not found' }]
  }
}

function toAsked({ method = '', url = '', headers }: IncomingMessage): Omit<Asked, 'body'> {
  return { method, path: url, authorization: headers.authorization }
}
