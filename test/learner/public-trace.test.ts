import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { decideAll } from '../../src/backtest/index.ts'
import { fileHistory, inColumns } from '../../src/history/index.ts'
import { containerUsage, Scorer } from '../../src/scoring/index.ts'

const TRACE = join(import.meta.dirname, '../../../shared/traces/bitbrains-2013-07-08.csv.gz')
const skip = existsSync(TRACE) ? false : 'no ../shared/traces beside the repository'

describe('on every tenth machine of the public trace, decided on every day for balanced,', () => {
  test('decisions and what they cost are exactly these', { skip }, async () => {
    const all = await inColumns(fileHistory(TRACE).read())
    const history = all.filter((_, i) => i % 10 === 0)
    assert.equal(history.length, 17)
    const usage = new Map(history.map((columns) => [columns, containerUsage(columns)]))
    const decided = [...decideAll(history, '24h', 'balanced')]
    const hash = createHash('sha256')
    for (const { usage, decision } of decided) hash.update(JSON.stringify([usage.container.workload.name, decision]))
    const byUsage = Map.groupBy(decided, (one) => usage.get(one.usage)!)
    const scorer = new Scorer([...usage.values()], { cadenceSeconds: 86_400, stepSeconds: 300 })
    const score = scorer.score((one) => (byUsage.get(one) ?? []).map(({ decision }) => decision), 'balanced')
    const { cpu, memory, calibration, changesPerDay, regret } = score
    const figures = {
      decisions: hash.digest('hex').slice(0, 16),
      cpuRegret: regret.balanced.cpu.composite,
      memoryRegret: regret.balanced.memory.composite,
      cpuReservedCoreDays: cpu.reservedCoreDays,
      memoryReservedGibDays: memory.reservedGibDays,
      oomDays: memory.oomDays,
      changesPerDay,
      cpuCalibrationError: calibration.cpu!.error,
      cpuSureRows: calibration.cpu!.sureRows,
    }
    const rounded = Object.fromEntries(
      Object.entries(figures).map(([name, figure]) => [
        name,
        typeof figure === 'number' ? figure.toPrecision(6) : figure,
      ]),
    )
    assert.deepEqual(rounded, {
      changesPerDay: '0.242718',
      cpuCalibrationError: '0.00676667',
      cpuRegret: '0.954783',
      cpuReservedCoreDays: '815.449',
      cpuSureRows: '0.896667',
      decisions: '400116e947e07e55',
      memoryRegret: '2.11317',
      memoryReservedGibDays: '3936.01',
      oomDays: '0.00970874',
    })
  })
})
