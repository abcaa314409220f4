import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { countNodes } from '../../../src/commands/learner/count-nodes.ts'
import { nodesNeeded } from '../../../src/commands/learner/nodes-needed.ts'
import { Settings } from '../../../src/config/index.ts'
import { loadSolver } from '../../../src/solver/index.ts'
import { type Call, startServer } from '../../kube/fake-server.ts'
import { many, node, pod } from '../../nodes/made.ts'

const OWNER = { kind: 'StatefulSet', name: 'db' }
const COUNTS = [{ group: '4 CPU, 16 GiB', present: 6, needed: { current: 4, applied: 4, learned: 2 } }]
const learned = {
  ...{ revision: 1, time: '2026-01-01T00:00:00Z', source: 'observed', goal: 'balanced' },
  containers: [{ name: 'app', cpu: { request: '500m' } }],
}
const recommendation = (name: string, status: object) => ({
  ...{ apiVersion: 'plimsoll.dev/v1alpha1', kind: 'Recommendation', metadata: { namespace: 'shop', name } },
  ...{ spec: { workload: { kind: 'StatefulSet', name: 'db' } }, status },
})
const OBJECTS: Readonly<Record<string, readonly object[]>> = {
  nodes: many(6, (i) => node(`node-${i}`)),
  pods: many(16, (i) => pod(`db-${i}`, { cpu: '1', memory: '1Gi' }, { owner: OWNER })),
  persistentvolumes: [],
  recommendations: [recommendation('statefulset-db', { learned }), recommendation('newer', { state: 'Dreaming' })],
}

/** Answers lists with these objects, and refuses all else. */
function serving(objects: typeof OBJECTS) {
  return (call: Call) => {
    const items = objects[call.path.split('/').at(-1)!]
    if (!items) return call.reply(403, { kind: 'Status', message: `${call.path} is forbidden` })
    call.reply(200, { metadata: { resourceVersion: '1' }, items })
  }
}

test('nodes are counted for current, applied and learned requests, from nothing but nodes, Pods, volumes and Recommendations', async (context) => {
  const { client, calls } = await startServer(context, serving(OBJECTS))
  assert.deepEqual(await countNodes(client, [], await loadSolver()), COUNTS)
  assert.deepEqual([...new Set(calls.map(({ path }) => path.split('/').at(-1)))].sort(), Object.keys(OBJECTS).sort())
})

test('a count without the right to list Pods fails, and says what was refused', async (context) => {
  const { client } = await startServer(context, serving({ nodes: OBJECTS.nodes! }))
  const counting = countNodes(client, [], await loadSolver())
  await assert.rejects(counting, /Pods of all namespaces could not be read: .*forbidden/)
})

test('nodes are counted in a thread, which ends with the signal', async (context) => {
  const { credentials } = await startServer(context, serving(OBJECTS))
  const kubeconfig = kubeconfigFor(credentials.server)
  context.after(kubeconfig.remove)
  const settings = Settings.parse({})
  assert.deepEqual(await nodesNeeded(settings, new AbortController().signal), COUNTS)
  await assert.rejects(nodesNeeded(settings, AbortSignal.abort()), { name: 'AbortError' })
})

/** Makes a kubeconfig for the server, and uses it in this process. */
function kubeconfigFor(server: string) {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-count-'))
  const path = join(folder, 'kubeconfig')
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'fake' },
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
    clusters: [{ name: 'fake', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'fake', user: {} }],
  }
  writeFileSync(path, JSON.stringify(config))
  const before = process.env.KUBECONFIG
  process.env.KUBECONFIG = path
  return {
    remove: () => {
      if (before === undefined) delete process.env.KUBECONFIG
      else process.env.KUBECONFIG = before
      rmSync(folder, { recursive: true })
    },
  }
}
