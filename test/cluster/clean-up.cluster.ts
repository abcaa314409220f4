import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { clusterObstacle, controlPlaneObstacle, startControlPlane, until } from './harness/index.ts'

import { isAlive, type ProcessIdentity } from './harness/process-identity.ts'
import { GiveUp } from './harness/until.ts'

const HARNESS = join(import.meta.dirname, 'harness', 'index.ts')

describe('the remains of a test run', () => {
  it('do not exist after stop()', { skip: controlPlaneObstacle() ?? false }, async () => {
    const cluster = await startControlPlane({ controllers: false })
    const processes = recorded(cluster.directory)
    assert.equal(processes.length, 2)
    const ours = mark(cluster.directory)
    await cluster.stop()
    await cluster.stop()
    assert.deepEqual(processes.filter(isAlive), [])
    assert.equal(existsSync(ours), false)
  })

  it('are removed by the next run if the run was killed', { skip: clusterObstacle() ?? false }, async () => {
    const { directory, link, cgroup, child } = await startAndSay()
    const processes = recorded(directory)
    assert.ok(processes.length > 6)
    assert.ok(cgroups(cgroup).length > 0)
    const ours = mark(directory)
    child.kill('SIGKILL')
    await until('the kernel to end the processes of the dead run', () => !processes.some(isAlive))

    const next = await startControlPlane({ controllers: false })
    await next.stop()
    // Concurrent tests clean up, too, and may already use that slot.
    await until('nothing to remain', async () => {
      assert.equal(existsSync(ours), false)
      if (existsSync(directory)) return true
      assert.deepEqual(cgroups(cgroup), [])
      assert.doesNotMatch((await promisify(execFile)('ip', ['-o', 'link'])).stdout, new RegExp(`${link}@`))
      assert.doesNotMatch(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(directory))
      return true
    })
  })
})

/** A file that distinguishes the directory of this run from a later one of the same name. */
function mark(directory: string): string {
  const file = join(directory, 'mark')
  writeFileSync(file, '')
  return file
}

/** Starts a cluster in another process, which waits to be killed. */
async function startAndSay() {
  const program = `
    import { startCluster } from ${JSON.stringify(HARNESS)}
    const { directory } = await startCluster()
    console.log(JSON.stringify({ directory }))
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    const { directory } = await until(
      'the run that will be killed',
      () => {
        if (child.exitCode !== null) throw new GiveUp('the run ended before it could be killed')
        return output.includes('\n') ? (JSON.parse(output) as { directory: string }) : undefined
      },
      { timeoutMilliseconds: 120_000 },
    )
    const slot = directory.match(/\d+$/)?.[0]
    return { directory, link: `plimsoll-test${slot}`, cgroup: `plimsoll-test-${slot}`, child }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}

function recorded(directory: string): ProcessIdentity[] {
  const pids = join(directory, 'pids')
  return readdirSync(pids).map((name) => JSON.parse(readFileSync(join(pids, name), 'utf8')) as ProcessIdentity)
}

function cgroups(name: string): string[] {
  const root = '/sys/fs/cgroup'
  const hierarchies = existsSync(join(root, 'cgroup.controllers')) ? ['.'] : readdirSync(root)
  return hierarchies.map((hierarchy) => join(root, hierarchy, name)).filter(existsSync)
}
