import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { krr } from '../../src/backtest/peers/krr.ts'
import { vpa } from '../../src/backtest/peers/vpa.ts'
import { fileHistory, inColumns } from '../../src/history/index.ts'
import { type ContainerUsage, containerUsage } from '../../src/scoring/index.ts'
import { toDecisionsCsv } from '../support/decisions-csv.ts'
import { madeUsage, turnsOf } from '../support/made-usage.ts'
import { partOfTrace, reference, whyNoReference } from '../support/reference.ts'

const PEERS = { vpa, krr }
const CADENCES = { '1h': 3600, '24h': 86_400 }
const DAY = 86_400

function decided(usage: readonly ContainerUsage[], peer: typeof vpa, cadenceSeconds: number): string {
  const inOrder = usage.toSorted((a, b) => (a.container.workload.name < b.container.workload.name ? -1 : 1))
  const entries = inOrder.map((one): [string, ReturnType<typeof vpa>] => [
    one.container.workload.name,
    peer(one, turnsOf(one.firstSeconds, one.lastSeconds, cadenceSeconds)),
  ])
  return toDecisionsCsv(new Map(entries))
}

for (const [name, peer] of Object.entries(PEERS)) {
  test(`${name} decides on made usage as the reference did`, () => {
    const golden = readFileSync(join(import.meta.dirname, `../fixtures/peers/${name}.csv`), 'utf8')
    assert.equal(decided(madeUsage().map(containerUsage), peer, DAY), golden)
  })

  test(`${name} does not look ahead`, () => {
    const [whole, cut] = [21, 16].map((days) => madeUsage(days).map(containerUsage))
    for (const [i, shorter] of cut!.entries()) {
      const turns = turnsOf(shorter.firstSeconds, shorter.lastSeconds, DAY)
      assert.deepEqual(peer(whole![i]!, turns), peer(shorter, turns))
    }
  })

  test(`${name} makes do with CPU and memory at different times, and says nothing without one of them`, () => {
    const usage = containerUsage(madeUsage(3)[1]!)
    const every = (values: Float64Array, rest: number) => values.filter((_, i) => i % 2 === rest)
    const half = ({ seconds, values }: ContainerUsage['cpu'], rest: number) => ({
      seconds: every(seconds, rest),
      values: every(values, rest),
    })
    const apart = { ...usage, cpu: half(usage.cpu, 0), memory: half(usage.memory, 1) }
    const turns = [usage.firstSeconds + DAY, usage.firstSeconds + 2 * DAY]
    assert.equal(peer(apart, turns).length, 2)
    const nothing = { seconds: new Float64Array(), values: new Float64Array() }
    assert.deepEqual(peer({ ...usage, memory: nothing }, turns), [])
  })
}

test('vpa works for years of samples without numeric overflow', () => {
  const usage = containerUsage(madeUsage(1)[1]!)
  const years = (shift: number) => usage.cpu.seconds.map((seconds) => seconds + shift * 365 * DAY)
  const late = { seconds: new Float64Array([...usage.cpu.seconds, ...years(9)]), values: new Float64Array(2 * 288) }
  late.values.fill(4, 0, 288)
  for (let i = 288; i < late.values.length; i++) late.values[i] = i % 2 === 0 ? 0.2 : 1
  const [decision] = vpa({ ...usage, cpu: late, memory: late }, [late.seconds.at(-1)! + 300])
  assert.ok(decision!.cpuRequestCores > 1.1 && decision!.cpuRequestCores < 1.3, `${decision!.cpuRequestCores}`)
})

const why = whyNoReference()
describe('the reference implementations, on the public trace', { skip: why ?? false }, () => {
  for (const [cadence, seconds] of Object.entries(CADENCES)) {
    test(`decide the same every ${cadence}, row by row`, async (t) => {
      const directory = mkdtempSync(join(tmpdir(), 'plimsoll-peers-'))
      t.after(() => rmSync(directory, { recursive: true, force: true }))
      const history = join(directory, 'usage.csv')
      writeFileSync(history, partOfTrace())
      const usage = (await inColumns(fileHistory(history).read())).map(containerUsage)
      assert.ok(usage.length >= 20)
      for (const [name, peer] of Object.entries(PEERS)) {
        const out = join(directory, `${name}.csv`)
        reference('baselines.py', name, history, out, '--cadence', cadence)
        const expected = readFileSync(out, 'utf8').split('\n')
        const rows = decided(usage, peer, seconds).split('\n')
        assert.equal(rows.length, expected.length)
        const wrong = rows.findIndex((row, i) => row !== expected[i])
        assert.equal(rows[wrong], expected[wrong], name)
      }
    })
  }
})
