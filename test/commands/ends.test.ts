// How the programs of a cluster start and end where the cluster does not answer: they wait, and go when they are told to.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../cluster/harness/until.ts'
import { eventually, temporaryDirectory } from '../webhook/harness.ts'
import { Plimsoll } from './plimsoll.ts'

/** Of an API server that nobody runs. */
function silentCluster(t: TestContext): { KUBECONFIG: string } {
  const KUBECONFIG = join(temporaryDirectory(t), 'kubeconfig')
  const config = {
    'current-context': 'x',
    contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    clusters: [{ name: 'x', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'x', user: { token: 'x' } }],
  }
  writeFileSync(KUBECONFIG, JSON.stringify(config))
  return { KUBECONFIG }
}

function start(t: TestContext, ...args: string[]): Plimsoll {
  const run = new Plimsoll(args, { env: silentCluster(t) })
  t.after(() => run.signal('SIGKILL'))
  return run
}

/** A busy machine takes seconds to start a program. */
async function logged(run: Plimsoll, pattern: RegExp): Promise<void> {
  await until(`${pattern} to be logged`, () => pattern.test(run.stderr), { timeoutMilliseconds: 60_000 })
}

const LISTEN = ['--host=127.0.0.1', '--port=0', '--ops-port=0']

test('a webhook without API server and Secret waits, says what is missing, and exits with 0 on a signal', async (t) => {
  const run = start(t, 'webhook', '--tls-secret=plimsoll-tls', ...LISTEN)
  await logged(run, /webhook listening/)
  const opsUrl = /"opsUrl":"([^"]+)"/.exec(run.stderr)![1]
  const ready = await fetch(`${opsUrl}/readyz`)
  assert.equal(ready.status, 503)
  const { missing } = (await ready.json()) as { missing: Record<string, string> }
  assert.match(missing.certificate!, /plimsoll\/plimsoll-tls is still being read/)
  assert.match(missing.snapshot!, /still being read/)
  assert.equal((await fetch(`${opsUrl}/livez`)).status, 200)
  run.signal('SIGTERM')
  assert.equal(await run.exitCode, 0)
})

test('a second signal ends a webhook at once, with the code of the signal', async (t) => {
  const run = start(t, 'webhook', '--tls-secret=plimsoll-tls', ...LISTEN)
  await logged(run, /webhook listening/)
  run.signal('SIGTERM')
  const opsUrl = /"opsUrl":"([^"]+)"/.exec(run.stderr)![1]
  await eventually(async () =>
    assert.match(await (await fetch(`${opsUrl}/readyz`)).text(), /this replica is shutting down/),
  )
  run.signal('SIGTERM')
  assert.equal(await run.exitCode, 143)
})

test('a learner without API server waits to lead, and exits with 0 on a signal', async (t) => {
  const config = join(temporaryDirectory(t), 'settings.yaml')
  writeFileSync(config, 'certificates: {}')
  const run = start(t, 'learner', `--config=${config}`, '--host=127.0.0.1', '--ops-port=0')
  await logged(run, /waiting to lead/)
  await logged(run, /keeping the certificates/)
  const port = /"opsPort":(\d+)/.exec(run.stderr)![1]
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  assert.match(metrics, /^plimsoll_certificates_failures_total [1-9]/m)
  assert.match(metrics, /^plimsoll_learner_leading 0$/m)
  run.signal('SIGTERM')
  assert.equal(await run.exitCode, 0)
})

test('a learner whose port is in use says so and exits with 1', async (t) => {
  const first = start(t, 'learner', '--host=127.0.0.1', '--ops-port=0')
  await logged(first, /waiting to lead/)
  const port = /"opsPort":(\d+)/.exec(first.stderr)![1]
  const second = start(t, 'learner', '--host=127.0.0.1', `--ops-port=${port}`)
  assert.equal(await second.exitCode, 1)
  assert.match(
    second.stderr,
    /^plimsoll: 127\.0\.0\.1:\d+: metrics cannot be served there .*EADDRINUSE.*Choose another --ops-port\.$/m,
  )
})
