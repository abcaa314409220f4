import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FleetInsight } from '../../../src/insight/model.ts'
import { container, startDatadog, WEB } from '../../datadog/fake.ts'
import { Plimsoll, plimsoll } from '../plimsoll.ts'

const env = { DD_API_KEY: 'api-secret', DD_APP_KEY: 'app-secret' }

test('report --datadog tells what Pods request and use', async (t) => {
  const requests = [
    { metric: 'kubernetes.cpu.requests', tags: WEB, at: () => 2 },
    { metric: 'kubernetes.memory.requests', tags: WEB, at: () => 2 ** 30 },
  ]
  const fake = await startDatadog(t, [...container(WEB), ...requests])
  const process = new Plimsoll(['report', '--datadog', '--datadog-days', '2', '-n', 'shop', '-o', 'json'], {
    env: { ...env, DD_HOST: fake.url.href },
  })
  assert.equal(await process.exitCode, 0, process.stderr)
  const { workloads, notes } = JSON.parse(process.stdout) as FleetInsight
  assert.deepEqual(
    workloads.map(({ key }) => key),
    ['shop/Deployment/web'],
  )
  const [web] = workloads
  assert.deepEqual(web!.reserved, { cpuCores: 2, memoryBytes: 2 ** 30 })
  assert.ok(Math.abs(web!.used.cpuCores! - 0.5) < 0.01)
  assert.ok(notes.some(({ code }) => code === 'AuthorsMissing'))
})

test('options of Datadog without --datadog are refused, and so are two histories', async () => {
  const stray = await plimsoll('backtest', '--prometheus', 'http://localhost:9', '--datadog-cluster', 'eu')
  assert.match(stray.stderr, /option '--datadog-cluster <name>' needs --datadog/)
  const both = await plimsoll('report', '--datadog', '--prometheus', 'http://localhost:9')
  assert.match(both.stderr, /'--datadog' cannot be used with option '--prometheus <url>'/)
})
