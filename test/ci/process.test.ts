import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { getPriority } from 'node:os'
import { describe, test } from 'node:test'
import { startSuite } from '../../scripts/ci/process.ts'
import type { Suite } from '../../scripts/ci/suite.ts'

const start = (command: readonly string[], more: Partial<Suite> = {}) =>
  startSuite({ name: 'x', group: 'tests', minutes: 1, cores: 1, command, ...more }, import.meta.dirname)

describe('the process of a suite', () => {
  test('gives its exit code and all that it wrote, and runs where it is told to with what it is told', async () => {
    const script = 'echo $WORD in $PWD; echo trouble >&2; exit 3'
    const { exitCode, output } = await start(['sh', '-c', script], { env: { WORD: 'here' } }).finished
    assert.equal(exitCode, 3)
    assert.match(output, new RegExp(`^here in ${import.meta.dirname}$`, 'm'))
    assert.match(output, /^trouble$/m)
  })

  test('that cannot be started fails, and says why', async () => {
    const { exitCode, output } = await start(['/nonexistent/program']).finished
    assert.equal(exitCode, null)
    assert.match(output, /^\/nonexistent\/program could not be started: .*ENOENT/)
  })

  test('runs at the lowest priority in the background', async () => {
    assert.equal((await start(['nice'], { isBackground: true }).finished).output, '19\n')
    assert.equal((await start(['nice']).finished).output, `${getPriority()}\n`)
  })

  test('tells the processor time of all below it', { skip: !existsSync('/proc/self/stat') && 'no /proc' }, async () => {
    const busy = 'const end = process.cpuUsage().user + 3e5; while (process.cpuUsage().user < end);'
    const [worked, slept] = await Promise.all([
      start(['sh', '-c', `"${process.execPath}" -e '${busy}'; exit 0`]).finished,
      start(['sh', '-c', 'sleep 0.1; exit 0']).finished,
    ])
    assert.ok(worked.cpuSeconds! >= 0.3, `${worked.cpuSeconds}`)
    assert.ok(slept.cpuSeconds! < 0.1, `${slept.cpuSeconds}`)
  })

  test('is stopped with its children', async () => {
    const running = start(['sh', '-c', 'sleep 600 & wait'])
    running.stop()
    // The output ends only when no process has it open any more.
    const { exitCode, seconds } = await running.finished
    assert.equal(exitCode, null)
    assert.ok(seconds < 60, `${seconds}`)
  })
})
