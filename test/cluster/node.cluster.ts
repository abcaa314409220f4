import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Cluster, clusterObstacle, startCluster, until } from './harness/index.ts'

const SERVER = `
import { createServer } from 'node:http'
setInterval(() => { for (const end = performance.now() + 20; performance.now() < end; ); }, 100)
createServer((_, answer) => answer.end(\`uid \${process.getuid()}\`)).listen(8080)
`
const HOG = `
const held = []
setInterval(() => held.push(Buffer.alloc(8 << 20, 1)), 20)
`

describe('a cluster with a node', { skip: clusterObstacle() ?? false }, () => {
  let cluster: Cluster
  const app = mkdtempSync(join(tmpdir(), 'plimsoll-test-app-'))
  before(async () => {
    cluster = await startCluster()
    writeFileSync(join(app, 'server.mjs'), SERVER)
    writeFileSync(join(app, 'hog.mjs'), HOG)
    await cluster.image('app:1', {
      from: 'node',
      files: { '/app': app },
      command: ['node', '/app/server.mjs'],
      user: 65532,
    })
    await cluster.image('tools:1', { from: 'busybox', command: ['sleep', '3600'] })
    await cluster.apply(
      pod('server', { containers: [{ name: 'app', image: 'app:1', ...limits('200m', '128Mi') }] }),
      pod('hog', {
        containers: [{ name: 'hog', image: 'app:1', args: ['node', '/app/hog.mjs'], ...limits('500m', '96Mi') }],
      }),
      pod('client', { containers: [{ name: 'tools', image: 'tools:1' }] }),
      service,
    )
  })
  after(async () => {
    await cluster?.stop()
    rmSync(app, { recursive: true })
  })

  it('runs a Pod with an image of the test, as the requested user', async () => {
    await cluster.kubectl(['wait', 'pod/server', 'pod/client', '--for=condition=Ready', '--timeout=240s'], {
      timeoutMilliseconds: 250_000,
    })
    const address = await cluster.kubectl(['get', 'pod', 'server', '-o', 'jsonpath={.status.podIP}'])
    const text = await until('the Pod to answer', async () => await (await fetch(`http://${address}:8080/`)).text())
    assert.equal(text, 'uid 65532')
  })

  it('lets a Pod reach another by the name of its Service', async () => {
    const answer = await until('the Service to answer', () =>
      cluster.kubectl(['exec', 'client', '--', 'wget', '-q', '-O', '-', 'http://server.default.svc.cluster.local/']),
    )
    assert.equal(answer, 'uid 65532')
  })

  it('shows that a container over its memory limit was OOM-killed', async () => {
    // containerd may report the exit before its reason. Then the container is killed again.
    await until('the OOM kill', async () => {
      const path = 'jsonpath={.status.containerStatuses[0].lastState.terminated.reason}'
      return (await cluster.kubectl(['get', 'pod', 'hog', '-o', path])) === 'OOMKilled'
    })
  })

  it('resizes a running container in place', async () => {
    const resources = { requests: { cpu: '60m', memory: '96Mi' }, limits: { cpu: '300m', memory: '160Mi' } }
    const patch = JSON.stringify({ spec: { containers: [{ name: 'app', resources }] } })
    await cluster.kubectl(['patch', 'pod', 'server', '--subresource=resize', '-p', patch])
    const path =
      'jsonpath={.status.containerStatuses[0].resources.limits.memory}/{.status.containerStatuses[0].restartCount}'
    const resized = async () => (await cluster.kubectl(['get', 'pod', 'server', '-o', path])) === '160Mi/0'
    await until('the new limit', resized, { timeoutMilliseconds: 60_000 })
  })

  it('measures the usage of a Pod through the metrics API', async () => {
    const path = '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/server'
    const usage = await until(
      'metrics of the Pod',
      async () => JSON.parse(await cluster.kubectl(['get', '--raw', path])).containers[0]?.usage,
      { timeoutMilliseconds: 60_000, everyMilliseconds: 500 },
    )
    assert.match(usage.cpu, /^[1-9]\d*n$/)
    assert.match(usage.memory, /^[1-9]\d*Ki$/)
  })

  it('scrapes the usage of a Pod and the API server with Prometheus', async () => {
    const { url } = await cluster.prometheus()
    const query = async (promql: string) => {
      const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(promql)}`)
      const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } }
      return Number(data.result[0]?.value[1] ?? 0)
    }
    const positive = (promql: string) =>
      until(promql, async () => (await query(promql)) > 0, { timeoutMilliseconds: 60_000, everyMilliseconds: 500 })
    await positive('rate(container_cpu_usage_seconds_total{job="cadvisor", pod="server", container="app"}[30s])')
    await positive('container_memory_working_set_bytes{job="resource", pod="server", container="app"}')
    await positive('up{job="apiserver"}')
    await positive('kube_pod_resource_request{pod="server", resource="memory"}')
  })
})

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'server', namespace: 'default' },
  spec: { selector: { name: 'server' }, ports: [{ port: 80, targetPort: 8080 }] },
}

function pod(name: string, spec: object): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { name } },
    spec: { terminationGracePeriodSeconds: 1, ...spec },
  }
}

function limits(cpu: string, memory: string): object {
  return { resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { cpu, memory } } }
}
