// `plimsoll migrate` against an API server that only tests know: what it asks for, and what it writes.
import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { mergePatch } from '../../../src/migrate/plan/merge-patch.ts'
import { inMode, namespace, vpa, workload } from '../../migrate/cluster.ts'
import { startLocalApi } from '../local-api.ts'
import { Plimsoll, plimsoll } from '../plimsoll.ts'

test('what cannot be meant is told before any cluster is asked', async () => {
  const unknown = await plimsoll('migrate', 'keda')
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /Allowed choices are vpa/)
  const timeout = await plimsoll('migrate', 'vpa', '--timeout', 'soon')
  assert.equal(timeout.code, 1)
  assert.match(timeout.stderr, /--timeout soon: expected seconds, such as 120s/)
})

test('a dry run prints the plan and writes nothing; the migration writes it, and an undo takes it back', async (t) => {
  const { run, writes, objects } = await startApi(t)
  const before = structuredClone([...objects])
  const dry = await run('migrate', 'vpa', '-n', 'shop', '--dry-run')
  assert.equal(dry.code, 0, dry.stderr)
  assert.match(dry.stdout, /shop vpa\/web: updateMode Auto -> Off/)
  assert.deepEqual(writes, [])

  const unasked = await run('migrate', 'vpa', '-n', 'shop')
  assert.equal(unasked.code, 1)
  assert.match(unasked.stderr, /repeat the command with --yes/)
  assert.deepEqual(writes, [])

  const done = await run('migrate', 'vpa', '-n', 'shop', '--yes')
  assert.equal(done.code, 0, done.stderr)
  assert.match(done.stdout, /Everything that can be handed over is/)
  assert.deepEqual(
    writes.map(({ method, path }) => `${method} ${path}`),
    ['POST sizingpolicies', 'PATCH namespaces/shop', 'PATCH verticalpodautoscalers/web', 'POST sizingpolicies'],
  )
  writes.length = 0
  const again = await run('migrate', 'vpa', '-n', 'shop', '--yes')
  assert.equal(again.code, 0, again.stderr)
  assert.deepEqual(writes, [])

  const undone = await run('migrate', 'vpa', '-n', 'shop', '--undo', '--yes')
  assert.equal(undone.code, 0, undone.stderr)
  assert.deepEqual([...objects], before)
})

test('workloads that wait keep their VPA, and the exit code is 3', async (t) => {
  const { run, objects } = await startApi(t)
  objects.delete('recommendations/deployment-web')
  const { code, stdout } = await run('migrate', 'vpa', '-n', 'shop', '--yes', '--timeout', '0s')
  assert.equal(code, 3)
  assert.match(stdout, /shop deployment\/web: VPA web \(Auto\) continues: nothing has been learned about it yet/)
  // There is nothing to write now, but there would be while the command waits.
  const unasked = await run('migrate', 'vpa', '-n', 'shop', '--timeout', '0s')
  assert.match(unasked.stderr, /repeat the command with --yes/)
})

test('the criticality and the confidence are those of the installation', async (t) => {
  const { run, objects } = await startApi(t)
  const without = await run('migrate', 'vpa', '-n', 'shop', '--dry-run')
  assert.match(without.stdout, /no settings of Plimsoll could be read in namespace plimsoll/)
  const pod = { spec: { volumes: [{ name: 'config', configMap: { name: 'settings' } }] } }
  objects.set('pods/plimsoll', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'plimsoll' }, ...pod })
  const settings = (confidence: number) =>
    objects.set('configmaps/settings', {
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'plimsoll' } },
      data: { 'config.yaml': `criticality: high\napproval: { confidence: { high: ${confidence} } }\n` },
    })
  settings(0.95)
  const waiting = await run('migrate', 'vpa', '-n', 'shop', '--dry-run')
  assert.match(waiting.stdout, /confidence 0\.90, below 0\.95/)
  settings(0.9)
  const { code, stdout, stderr } = await run('migrate', 'vpa', '-n', 'shop', '--yes')
  assert.equal(code, 0, stderr)
  assert.doesNotMatch(stdout, /no settings of Plimsoll/)
  const policy = objects.get('sizingpolicies/migrated-deployment-web') as { spec: { criticality: string } }
  assert.equal(policy.spec.criticality, 'high')
})

test('what begins to size workloads after the plan was shown is not written without asking', async (t) => {
  const { run, objects, writes, onRequest } = await startApi(t)
  await run('migrate', 'vpa', '-n', 'shop', '--yes')
  writes.length = 0
  const added = () => {
    objects.set('deployments/api', workload('Deployment', 'api'))
    objects.set('verticalpodautoscalers/api', vpa('api', inMode('Auto')))
    objects.set('verticalpodautoscalers/web', vpa('web', inMode('Auto')))
  }
  // The VPAs are read last: from then on, the first plan has nothing open.
  onRequest.after = (plural) => plural === 'verticalpodautoscalers' && added()
  const { code, stdout } = await run('migrate', 'vpa', '-n', 'shop')
  assert.equal(code, 0)
  assert.match(stdout, /Everything that can be handed over is/)
  assert.deepEqual(writes, [])
})

test('where the other tool sizes nothing, nothing is asked or written', async (t) => {
  const { run, objects, writes } = await startApi(t)
  objects.delete('verticalpodautoscalers/web')
  const { code, stdout } = await run('migrate', 'vpa', '-n', 'shop')
  assert.equal(code, 0)
  assert.equal(stdout, 'Nothing here is sized by vpa.\n')
  assert.deepEqual(writes, [])
})

test('without Plimsoll there is a plan, but no migration', async (t) => {
  const { run, unknown, writes } = await startApi(t)
  unknown.add('sizingpolicies')
  assert.equal((await run('migrate', 'vpa', '-n', 'shop', '--dry-run')).code, 0)
  const { code, stderr } = await run('migrate', 'vpa', '-n', 'shop', '--yes')
  assert.equal(code, 1)
  assert.match(stderr, /Plimsoll is not installed here\. Begin with: kubectl plimsoll init/)
  assert.deepEqual(writes, [])
})

const RECOMMENDATION = {
  ...{ apiVersion: 'plimsoll.dev/v1alpha1', kind: 'Recommendation' },
  metadata: { namespace: 'shop', name: 'deployment-web' },
  spec: { workload: { kind: 'Deployment', name: 'web' } },
  status: {
    learned: {
      ...{ revision: 1, time: '2026-03-01T09:00:00Z', source: 'observed', goal: 'balanced' },
      containers: [
        {
          ...{ name: 'app', cpu: { request: '80m', confidence: 0.9 }, memory: { request: '64Mi', confidence: 0.95 } },
          evidence: { from: '2026-02-01T09:00:00Z', to: '2026-03-01T09:00:00Z', samples: 9000, days: 14 },
        },
      ],
    },
  },
}

/** An API server with a namespace `shop`, in which a VPA sizes a Deployment that Plimsoll knows well. */
async function startApi(t: TestContext) {
  const objects = new Map<string, unknown>([
    ['namespaces/shop', namespace('shop', { team: 'a' })],
    ['deployments/web', workload('Deployment', 'web')],
    ['verticalpodautoscalers/web', vpa('web', inMode('Auto'))],
    ['recommendations/deployment-web', RECOMMENDATION],
  ])
  const writes: { readonly method: string; readonly path: string }[] = []
  const unknown = new Set(['rollouts'])
  const onRequest: { after?: (plural: string) => unknown } = {}
  const path = await startLocalApi(t, async (request, response) => {
    const [, plural = '', name] =
      /\/namespaces\/(?:shop|plimsoll)\/([a-z]+)(?:\/([^?/]+))?/.exec(request.url!) ??
      /\/(namespaces)\/(shop)/.exec(request.url!) ??
      []
    const key = `${plural}/${name}`
    const method = request.method!
    const body = method === 'GET' ? undefined : JSON.parse((await text(request)) || '{}')
    const isDry = request.url!.includes('dryRun=All')
    if (isDry) return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (method !== 'GET') writes.push({ method, path: name === undefined ? plural : key })
    const answer = (status: number, object: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(object))
    if (method === 'POST') {
      objects.set(`${plural}/${body.metadata.name}`, body)
      return answer(201, body)
    }
    if (name === undefined) {
      if (unknown.has(plural)) return answer(404, { kind: 'Status', code: 404, message: 'not found' })
      const items = [...objects].filter(([one]) => one.startsWith(`${plural}/`)).map(([, object]) => object)
      answer(200, { metadata: {}, items })
      return onRequest.after?.(plural)
    }
    const object = objects.get(key)
    if (!object) return answer(404, { kind: 'Status', reason: 'NotFound', details: { name }, code: 404 })
    if (method === 'DELETE') objects.delete(key)
    if (method === 'PATCH') objects.set(key, withoutEmpty(mergePatch(object, body)))
    return answer(200, objects.get(key) ?? object)
  })
  const run = async (...args: string[]) => {
    const process = new Plimsoll(args, { env: { KUBECONFIG: path } })
    const code = await process.exitCode
    return { code, stdout: process.stdout, stderr: process.stderr }
  }
  return { run, objects, writes, unknown, onRequest }
}

/** As the API server stores an object: without empty annotations. */
function withoutEmpty(object: unknown): unknown {
  const { metadata, ...rest } = object as { metadata: { annotations?: object } }
  const { annotations, ...others } = metadata
  const isEmpty = annotations && Object.keys(annotations).length === 0
  // As it was written: the order of fields does not matter to anybody but the comparison.
  const { apiVersion, kind, ...fields } = rest as Record<string, unknown>
  return { apiVersion, kind, metadata: isEmpty ? others : metadata, ...fields }
}
