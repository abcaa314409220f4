import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { fileHistory, inColumns } from '../../../src/history/index.ts'
import type { Fared, FleetInsight } from '../../../src/insight/index.ts'
import { containerUsage } from '../../../src/scoring/index.ts'
import { probe } from '../../scoring/probe.ts'
import type { ReferenceResult } from '../../scoring/reference-score.ts'
import { toDecisionsCsv } from '../../support/decisions-csv.ts'
import { madeUsage, toUsageCsv } from '../../support/made-usage.ts'
import { partOfTrace, reference, whyNoReference } from '../../support/reference.ts'
import { plimsoll } from '../plimsoll.ts'

const DAY = 86_400

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'plimsoll-report-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

async function faredIn(...args: readonly string[]): Promise<NonNullable<FleetInsight['fared']>> {
  const { code, stdout, stderr } = await plimsoll('report', '-o', 'json', ...args)
  assert.equal(code, 0, stderr)
  return (JSON.parse(stdout) as FleetInsight).fared!
}

/** Both sum in their own order, over millions of samples. */
function assertSame(ours: Fared, { workloads, workload_days, cpu, mem }: ReferenceResult, what: string): void {
  assert.equal(ours.containers, workloads, `${what}: containers`)
  assert.equal(ours.containerDays, workload_days, `${what}: container-days`)
  const pairs: readonly [name: string, ours: number, theirs: number | undefined][] = [
    ['reserved core-days', ours.cpuReservedCoreDays, cpu.reserved_core_days],
    ['reserved GiB-days', ours.memoryReservedGibDays, mem.reserved_gib_days],
    ['OOM-days', ours.oomDayShare, mem.oom_days],
    ['CPU footprint', ours.cpuReservedCoreDays / ours.cpuUsedCoreDays, cpu.footprint],
    ['memory footprint', ours.memoryReservedGibDays / ours.memoryUsedGibDays, mem.footprint],
    ['CPU above the request', ours.cpuShortShare, cpu.starved_demand],
  ]
  for (const [name, value, theirs] of pairs)
    assert.ok(Math.abs(value - theirs!) <= 1e-9 * Math.max(1, theirs!), `${what}: ${name} ${value}, not ${theirs}`)
}

test('decisions on made usage give the figures of the reference', async (t) => {
  const directory = folder(t)
  const [usage, decisions] = [join(directory, 'usage.csv'), join(directory, 'decisions.csv')]
  writeFileSync(usage, toUsageCsv(madeUsage()))
  const entries = madeUsage().map(
    (columns) => [columns.container.workload.name, probe(containerUsage(columns), DAY)] as const,
  )
  writeFileSync(decisions, toDecisionsCsv(new Map(entries), true))
  const fared = await faredIn('--history', usage, '--decisions', decisions)
  const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/scoring/probe.json'), 'utf8'))
  assertSame(fared.decisions!, golden.results.probe, 'the probe')
})

test('what backtest writes fares in the report as the goal that it was written for', async (t) => {
  const directory = folder(t)
  const [usage, decisions] = [join(directory, 'usage.csv'), join(directory, 'decisions.csv')]
  writeFileSync(usage, toUsageCsv(madeUsage(16)))
  const { code, stderr } = await plimsoll('backtest', '--history', usage, '--goal', 'savings', '--out', decisions)
  assert.equal(code, 0, stderr)
  const fared = await faredIn('--history', usage, '--decisions', decisions)
  assert.deepEqual(fared.decisions, fared.goals.savings)
  assert.notDeepEqual(fared.decisions, fared.goals.reliability)
})

const why = whyNoReference()
describe('the reference scorer, on the public trace', { skip: why ?? false }, () => {
  test('prints the same reserved core-days, GiB-days and OOM-days for the same decisions', async (t) => {
    const directory = folder(t)
    const usage = join(directory, 'usage.csv')
    writeFileSync(usage, partOfTrace())
    const columns = await inColumns(fileHistory(usage).read())
    const probed = join(directory, 'probe.csv')
    const entries = columns.map((one) => [one.container.workload.name, probe(containerUsage(one), DAY)] as const)
    writeFileSync(probed, toDecisionsCsv(new Map(entries), true))
    const balanced = join(directory, 'balanced.csv')
    assert.equal((await plimsoll('backtest', '--history', usage, '--out', balanced)).code, 0)
    const out = join(directory, 'score.json')
    reference('score.py', usage, probed, balanced, '--no-vpa', '--json', out)
    const { results } = JSON.parse(readFileSync(out, 'utf8'))
    const fared = await faredIn('--history', usage, '--decisions', probed)
    assertSame(fared.decisions!, results.probe, 'the probe')
    assertSame(fared.goals.balanced, results.balanced, 'balanced')
  })
})
