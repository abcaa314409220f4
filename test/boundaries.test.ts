// The checker of the modules' boundaries must be able to fail: here it meets violations of each kind.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, test } from 'node:test'

const root = join(import.meta.dirname, '..')
const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-boundaries-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

interface Violation {
  from: string
  rule: { name: string }
}

/** Runs the checker as `npm run lint` does, on other files. */
function violations(files: Record<string, string>): Promise<string[]> {
  rmSync(join(scratch, 'src'), { recursive: true, force: true })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(scratch, path)), { recursive: true })
    writeFileSync(join(scratch, path), text)
  }
  const script = join(root, 'node_modules/.bin/depcruise')
  const args = [script, '--config', '.dependency-cruiser.js', '--output-type', 'json', 'src']
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: scratch, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      try {
        const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[] } }
        resolve(summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`).sort())
      } catch {
        reject(error ?? new Error(stderr))
      }
    })
  })
}

for (const file of ['.dependency-cruiser.js', 'tsconfig.json', 'package.json'])
  cpSync(join(root, file), join(scratch, file))
symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'))

const sound = {
  'src/resources/index.ts': "export * from './quantity.ts'\n",
  'src/resources/quantity.ts': 'export const one = 1\n',
  'src/policy/index.ts': "import { one } from '../resources/index.ts'\nexport const two = one + one\n",
  'src/learner/index.ts': 'export const learner = 1\n',
  'src/webhook/index.ts': "import { two } from '../policy/index.ts'\nexport const four = two + two\n",
}

describe('the boundaries between modules', () => {
  test('let sound code pass', async () => assert.deepEqual(await violations(sound), []))

  test('catch each kind of violation', async () => {
    const found = await violations({
      ...sound,
      'src/webhook/learns.ts': "import { learner } from '../learner/index.ts'\nexport const a = learner\n",
      'src/webhook/deep.ts': "import { one } from '../policy/../resources/quantity.ts'\nexport const a = one\n",
      'src/policy/reads.ts': "import { readFileSync } from 'node:fs'\nexport const a = readFileSync\n",
      'src/policy/logs.ts': "import { pino } from 'pino'\nexport const a = pino\n",
      'src/learner/ring-a.ts': "import { b } from './ring-b.ts'\nexport const a = (): number => b()\n",
      'src/learner/ring-b.ts': "import { a } from './ring-a.ts'\nexport const b = (): number => a()\n",
      'src/webhook/nowhere.ts': "import { a } from './missing.ts'\nexport const b = a\n",
      'src/commands/waits.ts': "import { pause } from '../clock/index.ts'\nexport const a = pause\n",
      'src/commands/sleeps.ts': "import { setTimeout } from 'node:timers/promises'\nexport const a = setTimeout\n",
      'src/clock/index.ts': 'export const pause = 1\n',
      'src/webhook/dev.ts': "import fc from 'fast-check'\nexport const b = fc\n",
    })
    for (const expected of [
      'src/webhook/learns.ts: webhook-uses-only-what-it-may',
      'src/webhook/deep.ts: one-entry-point-per-module',
      'src/policy/reads.ts: pure-policy-',
      'src/policy/logs.ts: pure-policy-',
      'src/learner/ring-a.ts: no-circular',
      'src/webhook/nowhere.ts: resolvable',
      'src/commands/waits.ts: commands-start-no-timers',
      'src/commands/sleeps.ts: commands-start-no-timers',
      'src/webhook/dev.ts: no-dev-dependencies-in-src',
    ]) {
      assert.ok(found.includes(expected), `expected ${expected} among\n${found.join('\n')}`)
    }
  })

  // Timers are globals too, which no import shows.
  test('hold for timers in commands', () => {
    const timer = /\b(?:setTimeout|setInterval|setImmediate)\b|\bAbortSignal\.timeout\b/
    const commands = globSync('src/commands/**/*.ts', { cwd: root })
    assert.ok(commands.length > 0)
    assert.deepEqual(
      commands.filter((path) => timer.test(readFileSync(join(root, path), 'utf8'))),
      [],
    )
  })
})
