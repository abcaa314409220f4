import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { decisionsOf, readDecisions } from '../../../src/commands/report/decisions.ts'

const HEADER = 'workload,timestamp,cpu_request,memory_request,cpu_limit,memory_limit\n'

describe('a file of decisions', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plimsoll-decisions-'))
  })
  after(() => rm(folder, { recursive: true }))

  async function read(text: string) {
    const path = join(folder, 'decisions.csv')
    await writeFile(path, text)
    return await readDecisions(path)
  }

  const refused: Record<string, RegExp> = {
    'a,b\n': /decisions\.csv is not a file of decisions: its first line must be workload,/,
    [HEADER]: /has no decisions/,
    [`${HEADER}web,1,1,x,,\n`]: /line 2: expected/,
    [`${HEADER}web,1,1,-1,,\n`]: /line 2: expected/,
    [`${HEADER}web,1,1\n`]: /line 2: expected/,
  }
  for (const [text, expected] of Object.entries(refused)) {
    test(`is refused with the line that cannot be used: ${JSON.stringify(text)}`, async () => {
      await assert.rejects(read(text), { name: 'CommandError', message: expected })
    })
  }

  test('is read as it is written, in the order of time, a blank limit being none', async () => {
    const decisions = await read(`${HEADER}web,7200,0.5,100,,\nweb,3600,0.25,50,,80\n`)
    const common = { cpuConfidence: Number.NaN, memoryConfidence: Number.NaN }
    assert.deepEqual(decisions.get('web'), [
      { fromSeconds: 3600, cpuRequestCores: 0.25, memoryRequestBytes: 50, memoryLimitBytes: 80, ...common },
      { fromSeconds: 7200, cpuRequestCores: 0.5, memoryRequestBytes: 100, memoryLimitBytes: Infinity, ...common },
    ])
  })

  test('that names a workload which the history does not have is refused, with one that it has', async () => {
    const decisions = await read(`${HEADER}nobody,1,1,1,,1\n`)
    assert.throws(() => decisionsOf(decisions, []), { name: 'CommandError', message: /"nobody" is not a workload/ })
  })
})
