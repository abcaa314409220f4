import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '../..')
/** Prints the rooms whose modules are loaded, when all is done. */
const TELL_ROOMS = `
  import { registerHooks } from 'node:module'
  const rooms = new Set()
  registerHooks({
    load(url, context, next) {
      const room = /\\/src\\/(\\w[^/]*)\\//.exec(url)?.[1]
      if (room) rooms.add(room)
      return next(url, context)
    },
  })
  process.on('exit', () => console.error(JSON.stringify([...rooms])))`

async function roomsOf(...args: string[]): Promise<string[]> {
  const hooks = `data:text/javascript,${encodeURIComponent(TELL_ROOMS)}`
  const program = [join(ROOT, 'src/main.ts'), ...args]
  const done = promisify(execFile)(process.execPath, ['--import', hooks, ...program])
  const { stderr } = await done.catch((failed: { stderr: string }) => failed)
  return JSON.parse(stderr.trim().split('\n').at(-1)!) as string[]
}

test('a command line is understood without any room that works', async () => {
  const light = ['commands', 'config', 'recommendations', 'resources', 'telemetry', 'workloads', 'kube']
  assert.deepEqual(
    (await roomsOf('--help')).filter((room) => !light.includes(room)),
    [],
  )
})

test('the webhook never loads the learner', async () => {
  const rooms = await roomsOf('webhook', '--tls-cert=missing.crt', '--tls-key=missing.key', '--config=missing.yaml')
  assert.ok(rooms.includes('webhook'), rooms.join(', '))
  for (const room of ['learner', 'history', 'backtest', 'insight', 'dashboard']) assert.ok(!rooms.includes(room), room)
})
