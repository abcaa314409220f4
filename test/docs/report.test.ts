import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { NOTE_CODES } from '../../src/insight/note-codes.ts'
import { RISK_CODES, RISK_LEVELS } from '../../src/insight/risk-codes.ts'

const ROOT = join(import.meta.dirname, '../..')
const PAGE = readFileSync(join(ROOT, 'docs/guides/report.md'), 'utf8')

test('docs/guides/report.md shows what the program prints', () => {
  const blocks = [...PAGE.matchAll(/<!-- recorded: (\S+) -->\n```text\n(?:\$ [^\n]*\n)?([\s\S]*?)```/g)]
  assert.equal(blocks.length, 2)
  for (const [, file, block] of blocks) assert.equal(block, readFileSync(join(ROOT, file!), 'utf8'))
})

test('docs/guides/report.md has every code of a risk and of a note', () => {
  for (const code of [...RISK_CODES, ...NOTE_CODES]) assert.match(PAGE, new RegExp(`^\\| .*\`${code}\``, 'm'), code)
})

test('docs/guides/report.md has the levels of the risks', () => {
  const percent = (share: number) => `${Number((share * 100).toPrecision(3))} %`
  const row = (...cells: readonly (string | number)[]) => cells.map((cell) => `${cell} |`).join(' ')
  const { atLimit, daysLeft, throttled, cpuAbove, memoryAbove } = RISK_LEVELS
  const rows = [
    row('as a share of its limit', percent(atLimit.high), percent(atLimit.medium)),
    row('reaches its limit', daysLeft.high, daysLeft.medium, daysLeft.low),
    row('in which it was throttled', ...Object.values(throttled).map(percent)),
    row('samples of CPU above the request', ...Object.values(cpuAbove).map(percent)),
    row('samples of memory above the request', ...Object.values(memoryAbove).map(percent)),
  ]
  for (const one of rows) assert.ok(PAGE.includes(one), one)
})
