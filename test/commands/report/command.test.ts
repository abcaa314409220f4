import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { parse } from 'yaml'
import type { FleetInsight } from '../../../src/insight/index.ts'
import { Plimsoll } from '../plimsoll.ts'

const ROOT = join(import.meta.dirname, '../../..')
const EXAMPLES = ['--history', 'examples/history.csv.gz', '--pods', 'examples'] as const

/** Runs in the root of the repository, so that what is printed names no other folder. */
async function report(...args: readonly string[]) {
  const run = new Plimsoll(['report', ...args], { cwd: ROOT })
  return { code: await run.exitCode, stdout: run.stdout, stderr: run.stderr }
}

function file(t: TestContext, name: string, text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-report-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  writeFileSync(join(directory, name), text)
  return join(directory, name)
}

/** After a wanted change, run the tests with UPDATE_GOLDEN=1 and read the difference. */
function assertGolden(name: string, text: string): void {
  const path = join(import.meta.dirname, 'golden', name)
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text)
  assert.ok(existsSync(path), `${path} is missing: run the tests with UPDATE_GOLDEN=1`)
  assert.equal(text, readFileSync(path, 'utf8'))
}

describe('`plimsoll report`', () => {
  test('shows what the examples ask for, use and need, at risk and to save, in 110 columns without colours', async () => {
    const { code, stdout, stderr } = await report(...EXAMPLES)
    assert.equal(code, 0, stderr)
    assert.equal(stderr, '')
    assertGolden('table.txt', stdout)
    assert.deepEqual(
      stdout.split('\n').filter((line) => line.length > 110),
      [],
    )
    assert.ok(!stdout.includes('\u001B'))
  })

  test('tells every container and every figure with -o wide', async () => {
    const { code, stdout } = await report(...EXAMPLES, '-o', 'wide')
    assert.equal(code, 0)
    assertGolden('wide.txt', stdout)
  })

  test('prints the same insight as JSON and as YAML', async () => {
    const [json, yaml] = await Promise.all([report(...EXAMPLES, '-o', 'json'), report(...EXAMPLES, '-o', 'yaml')])
    const insight = JSON.parse(json.stdout) as FleetInsight
    assert.equal(insight.apiVersion, 'insight.plimsoll.dev/v1alpha1')
    assert.deepEqual(parse(yaml.stdout), insight)
  })

  test('ends with 3 and says what and where, when it shows more than a pipeline puts up with', async () => {
    const { code, stdout, stderr } = await report(...EXAMPLES, '-o', 'csv', '--fail-on', 'no-requests,waste=30%')
    assert.equal(code, 3)
    assert.ok(stdout.startsWith('namespace,kind,workload,'), 'the report comes all the same')
    assert.match(stderr, /more than --fail-on allows:\n {2}no-requests: Deployment shop\/catalog: /)
    assert.match(stderr, /\n {2}waste=30%: \$[\d.]+ of \$[\d.]+ a month \(\d+ %\) could be freed\n/)
    assert.equal((await report(...EXAMPLES, '--fail-on', 'oom-kills')).code, 1, 'a condition that cannot be judged')
    assert.equal((await report(...EXAMPLES, '--fail-on', 'waste=90%')).code, 0)
  })

  test('says what is not known as "?", and why', async () => {
    const { stdout } = await report('--history', 'examples/history.csv.gz')
    assert.match(stdout, /shop\/postgres +StatefulSet +1 +\? +15m +\d+m +\? +103Mi +\d+Mi/)
    assert.match(stdout, /does not contain what Pods request: requests are shown as "\?"/)
    assert.doesNotMatch(stdout, /NaN|undefined|null/)
  })

  test('narrows a file and manifests down to a namespace', async () => {
    const shop = JSON.parse((await report(...EXAMPLES, '-n', 'shop', '-o', 'json')).stdout) as FleetInsight
    assert.deepEqual(
      shop.namespaces.map(({ name, workloads }) => [name, workloads]),
      [['shop', 9]],
    )
    const { code, stderr } = await report(...EXAMPLES, '-n', 'platform')
    assert.equal(code, 1)
    assert.match(stderr, /history\.csv\.gz \(namespace platform\): no usage in it/)
  })

  test('reckons by a table of prices, in its currency', async (t) => {
    const prices = file(t, 'prices.yaml', 'currency: EUR\ncoreHour: 0.06\ngibHour: 0.008\n')
    const insight = async (...more: string[]) =>
      JSON.parse((await report(...EXAMPLES, '-o', 'json', ...more)).stdout) as FleetInsight
    const [usual, dear] = [await insight(), await insight('--prices', prices)]
    assert.equal(dear.prices.currency, 'EUR')
    assert.ok(Math.abs(dear.total.money.now! - 2 * usual.total.money.now!) < 1e-9)
    assert.match((await report(...EXAMPLES, '--prices', prices)).stdout, / €1,513 /)
    const half = await insight('--cpu-price', '0.015', '--memory-price', '0.002')
    assert.ok(Math.abs(2 * half.total.money.now! - usual.total.money.now!) < 1e-9)
  })

  test('says what is wrong with a table of prices or a file of decisions, without a stack', async (t) => {
    const prices = await report(...EXAMPLES, '--prices', file(t, 'prices.yaml', 'coreHour: cheap\n'))
    assert.equal(prices.code, 1)
    assert.match(prices.stderr, /^plimsoll: --prices .*prices\.yaml cannot be used:\n.*coreHour/s)
    const decisions = await report(...EXAMPLES, '--decisions', file(t, 'decisions.csv', 'a,b\n'))
    assert.equal(decisions.code, 1)
    assert.match(decisions.stderr, /^plimsoll: .*decisions\.csv is not a file of decisions/)
    for (const { stderr } of [prices, decisions]) assert.doesNotMatch(stderr, /^ +at /m)
  })
})
