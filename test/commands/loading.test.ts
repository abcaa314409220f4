import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '../..')
/** Prints the modules that are loaded, when all is done. */
const TELL_MODULES = `
  import { registerHooks } from 'node:module'
  const modules = new Set()
  registerHooks({
    load(url, context, next) {
      const module = /\\/src\\/(\\w[^/]*)\\//.exec(url)?.[1]
      if (module) modules.add(module)
      return next(url, context)
    },
  })
  process.on('exit', () => console.error(JSON.stringify([...modules])))`

async function modulesOf(...args: string[]): Promise<string[]> {
  const hooks = `data:text/javascript,${encodeURIComponent(TELL_MODULES)}`
  const program = [join(ROOT, 'src/main.ts'), ...args]
  const done = promisify(execFile)(process.execPath, ['--import', hooks, ...program])
  const { stderr } = await done.catch((failed: { stderr: string }) => failed)
  return JSON.parse(stderr.trim().split('\n').at(-1)!) as string[]
}

test('a command line is understood without any module that does the work', async () => {
  const light = ['commands', 'config', 'api', 'parsing', 'resources', 'telemetry']
  assert.deepEqual(
    (await modulesOf('--help')).filter((module) => !light.includes(module)),
    [],
  )
})

test('the webhook never loads the learner', async () => {
  const modules = await modulesOf('webhook', '--tls-cert=missing.crt', '--tls-key=missing.key', '--config=missing.yaml')
  assert.ok(modules.includes('webhook'), modules.join(', '))
  for (const module of ['learner', 'history', 'backtest', 'insight', 'dashboard'])
    assert.ok(!modules.includes(module), module)
})
