// A Prometheus behind a proxy, as in clusters that reach a managed store only through one.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { fetch } from 'undici'
import { agentTo } from '../../src/prometheus/agent.ts'

async function listening(server: Server, context: Pick<TestContext, 'after'>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** A proxy that forwards every host to one server, and the requests that it received. */
async function start(context: Pick<TestContext, 'after'>) {
  const port = await listening(
    createServer((_request, response) => response.end('pong')),
    context,
  )
  const asked: string[] = []
  const proxy = createServer((request, response) => {
    asked.push(request.url!)
    response.end('pong')
  }).on('connect', (request, socket) => {
    asked.push(request.url!)
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    for (const one of [socket, upstream]) one.on('error', () => {})
    context.after(() => upstream.destroy())
  })
  return { port, asked, proxy: `http://127.0.0.1:${await listening(proxy, context)}` }
}

async function ask(url: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const dispatcher = await agentTo(new URL(url), {}, environment)
  try {
    return await (await fetch(url, { dispatcher })).text()
  } finally {
    await dispatcher.destroy()
  }
}

test('is reached through the proxy of the environment, in either spelling', async (t) => {
  for (const name of ['HTTP_PROXY', 'http_proxy']) {
    const { proxy, asked } = await start(t)
    assert.equal(await ask('http://prometheus.example:9090/', { [name]: proxy }), 'pong')
    assert.equal(asked.length, 1)
    assert.match(asked[0]!, /prometheus\.example:9090/)
  }
})

test('is reached directly if NO_PROXY says so, on this machine, and without a proxy', async (t) => {
  const { port, proxy, asked } = await start(t)
  const here = `http://127.0.0.1:${port}/`
  assert.equal(await ask(here, { HTTP_PROXY: proxy, HTTPS_PROXY: proxy }), 'pong')
  assert.equal(await ask(here, {}), 'pong')
  await assert.rejects(ask('http://prometheus.invalid:9090/', { HTTP_PROXY: proxy, NO_PROXY: '.invalid' }))
  assert.deepEqual(asked, [])
})
