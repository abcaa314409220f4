import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { rememberWhatRests } from '../../scripts/mutate/idle.ts'
import { allTests, load, type Run, runTests } from '../../scripts/mutate/node-test.ts'

const directory = mkdtempSync(join(tmpdir(), 'plimsoll-test-'))
after(() => {
  rmSync(directory, { recursive: true })
  clearInterval((globalThis as { onAndOn?: NodeJS.Timeout }).onAndOn)
})
const log: string[] = []
Object.assign(globalThis, { logOfMutateTest: log })

/** A test file that is given `log`, and that node:test never sees. */
async function register(name: string, body: string): Promise<void> {
  const nodeTest = pathToFileURL(join(import.meta.dirname, '../../scripts/mutate/node-test.ts')).href
  const path = join(directory, `${name}.mjs`)
  const names = '{ after, afterEach, before, beforeEach, describe, test }'
  writeFileSync(path, `import ${names} from '${nodeTest}'\nconst log = globalThis.logOfMutateTest\n${body}`)
  await load(path)
}

await register(
  'hooks',
  `before(() => log.push('before file'))
after(() => log.push('after file'))
describe('suite', () => {
  before(() => log.push('before'))
  beforeEach(() => log.push('each'))
  afterEach(() => log.push('after each'))
  after(() => log.push('after'))
  test('one', (t) => { log.push('one'); t.after(() => log.push('one after')) })
  test('two', () => { log.push('two') })
  test('skipped', { skip: 'why' }, () => { log.push('skipped') })
})`,
)
await register(
  'failing',
  `test('throws', (t) => { t.after(() => log.push('cleaned up')); throw new Error('thrown') })
test('never ends', () => new Promise(() => { globalThis.onAndOn = setInterval(() => {}, 1) }))
test('is stuck', () => new Promise(() => {}))
test('leaves an error that nobody catches', async () => {
  Promise.reject(new Error('uncaught'))
  await new Promise(() => {})
})
describe('suite', () => {
  before(() => { throw new Error('in the hook') })
  test('is not reached', () => { log.push('reached') })
})`,
)

/** Runs those whose name matches, and returns the failures by name. */
async function run(name: RegExp, more: Partial<Run> = {}) {
  log.length = 0
  const chosen = allTests().filter((one) => name.test(one.id))
  const outcomes = await runTests({ only: new Set(chosen.map(({ id }) => id)), bail: true, ...more })
  return outcomes.map((outcome) => [outcome.test.name, outcome.failure?.split('\n')[0] ?? 'passed'])
}

const idOf = (name: RegExp) => allTests().find(({ id }) => name.test(id))!.id
const took = (milliseconds: number) => ({ milliseconds, cpuMilliseconds: milliseconds })

test('hooks run around the chosen tests, whenever these run again', async () => {
  assert.deepEqual(await run(/one/), [['suite › one', 'passed']])
  const once = ['before file', 'before', 'each', 'one', 'one after', 'after each', 'after', 'after file']
  assert.deepEqual(log, once)
  await run(/one/)
  assert.deepEqual(log, once)
  await run(/hooks.*(two|skipped)/)
  assert.deepEqual(log, ['before file', 'before', 'each', 'two', 'after each', 'after', 'after file'])
})

test('who depends on hooks is told before they run', async () => {
  const entered: string[][] = []
  await run(/hooks/, { onEnter: (tests) => entered.push(tests.map(({ name }) => name)) })
  const both = ['suite › one', 'suite › two']
  assert.deepEqual(entered, [both, both, ['suite › one'], ['suite › two'], both, both])
})

test('a failing test cleans up, and ends the run', async () => {
  assert.deepEqual(await run(/throws|stuck/), [['throws', 'Error: thrown']])
  assert.deepEqual(log, ['cleaned up'])
})

test('a test that waits for what never comes fails', async () => {
  // node:test sets its own timer once a test has nothing else to wait for, as here.
  await new Promise((resolve) => setTimeout(resolve, 1).unref())
  rememberWhatRests()
  assert.deepEqual(await run(/stuck/), [['is stuck', 'Error: it waits for what never comes']])
})

test('an error that nobody catches fails the test that is running', async () => {
  // node:test listens too, and would fail this test instead.
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  assert.deepEqual(await run(/uncaught|nobody/), [['leaves an error that nobody catches', 'Error: uncaught']])
  for (const listener of others) process.on('unhandledRejection', listener)
})

test('a hook that fails fails the first of its tests, and none of them runs', async () => {
  assert.deepEqual(await run(/not reached/), [['suite › is not reached', 'Error: in the hook']])
  assert.deepEqual(log, [])
})

test('a test that takes much longer than usual fails', async () => {
  const id = idOf(/never ends/)
  // Ten times that and three seconds are not much.
  const outcomes = await run(/never ends/, { usual: { [id]: took(-290) } })
  assert.deepEqual(outcomes, [['never ends', 'Error: it takes too long']])
})

test('what took least is run first', async () => {
  const usual = { [idOf(/throws/)]: took(2), [idOf(/› one/)]: took(1) }
  assert.deepEqual(await run(/throws|› one/, { usual }), [
    ['suite › one', 'passed'],
    ['throws', 'Error: thrown'],
  ])
})

test('a test knows where it is registered', () => {
  const { startPosition, fileName } = allTests().find(({ name }) => name === 'throws')!
  assert.deepEqual(startPosition, { line: 2, column: 0 })
  assert.equal(fileName, join(directory, 'failing.mjs'))
})
