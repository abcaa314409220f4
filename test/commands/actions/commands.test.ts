import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { startLocalApi } from '../local-api.ts'
import { Plimsoll, plimsoll } from '../plimsoll.ts'

test('invalid arguments are reported before any cluster is asked', async () => {
  const mistakes: [string[], number, RegExp][] = [
    [['approve'], 1, /expected the name of a workload, such as deployment\/web, or --all/],
    [['approve', 'deployment/web', '--all'], 1, /--all approves more than deployment\/web/],
    [['approve', 'deployment/web', '--for', 'ever'], 1, /ever is not a duration/],
    [['hold', 'deployment/web', '--for', '1y'], 1, /1y is not a duration/],
    [['reject'], 2, /missing required argument 'workloads'/],
    [['freeze', '--fro', '1d'], 2, /unknown option '--fro'/],
  ]
  for (const [args, code, message] of mistakes) {
    const result = await plimsoll(...args)
    assert.equal(result.code, code, args.join(' '))
    assert.match(result.stderr, message)
  }
})

test('an action replaces the one before it: nothing of that stays, such as when it ended', async (t) => {
  const { bodies, hold } = await startApi(t)
  const { code, stderr } = await hold('deployment/web')
  assert.equal(code, 0, stderr)
  assert.deepEqual(bodies, [{ spec: { hold: { by: 'bob', reason: null, until: null } } }])
})

test('a workload that fails keeps no other from being decided, and the command fails', async (t) => {
  const { bodies, hold } = await startApi(t)
  const { code, stdout, stderr } = await hold('deployment/gone', 'deployment/web')
  assert.equal(code, 1)
  assert.equal(bodies.length, 1)
  assert.match(stdout, /^deployment\/web: /)
  assert.match(stderr, /^deployment\/gone: .*\n.*plimsoll: 1 of 2 workloads failed/)
})

/** An API server with a Recommendation for `web` that is held, and for nothing else. */
async function startApi(t: TestContext) {
  const bodies: unknown[] = []
  const object = {
    ...{ apiVersion: 'plimsoll.dev/v1alpha1', kind: 'Recommendation' },
    metadata: { namespace: 'shop', name: 'deployment-web' },
    spec: {
      workload: { kind: 'Deployment', name: 'web' },
      hold: { by: 'alice', reason: 'sale', until: '2026-01-01T00:00:00Z' },
    },
  }
  const path = await startLocalApi(t, async (request, response) => {
    const body = await text(request)
    const isGone = /deployment-gone|deployments\/gone/.test(request.url!)
    if (request.method === 'PATCH' && !isGone) bodies.push(JSON.parse(body))
    const answer = request.method === 'POST' ? { metadata: {}, status: { userInfo: { username: 'bob' } } } : object
    response
      .writeHead(isGone ? 404 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(isGone ? { kind: 'Status', reason: 'NotFound', message: 'gone', code: 404 } : answer))
  })
  const hold = async (...names: string[]) => {
    const run = new Plimsoll(['hold', ...names, '-n', 'shop'], { env: { KUBECONFIG: path } })
    const code = await run.exitCode
    return { code, stdout: run.stdout, stderr: run.stderr }
  }
  return { bodies, hold }
}

test('the shell is offered commands and their options', async () => {
  const { stdout } = await plimsoll('complete', '--', 'appr')
  assert.match(stdout, /^approve\tapprove the pending revision$/m)
  assert.match((await plimsoll('complete', '--', 'approve', '--')).stdout, /^--dry-run\t/m)
  assert.match((await plimsoll('completion', 'bash')).stdout, /complete .*plimsoll/)
})
