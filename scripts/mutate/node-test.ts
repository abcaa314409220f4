// Takes the place of `node:test` in a worker of StrykerJS: test files only register their tests here, so that one process
// can run any of them again and again, each time with another mutant. Holds what the project's tests use of node:test.
import type { TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { getCallSites } from 'node:util'
import { cpuMilliseconds } from './helpers.ts'
import { untilSettled } from './idle.ts'

type Hook = () => unknown
type Body = (context: TestContext) => unknown
interface Options {
  readonly skip?: boolean | string
  readonly timeout?: number
}

export interface Test {
  /** Unique among all tests: file, suites and name. */
  readonly id: string
  /** Suites and name. */
  readonly name: string
  readonly fileName: string
  /** Where the file registers it, counted from 0. */
  readonly startPosition: { readonly line: number; readonly column: number }
  readonly skip: boolean
  readonly body: Body
}

interface Suite {
  readonly name: string
  readonly skip: boolean
  readonly hooks: Record<'before' | 'after' | 'beforeEach' | 'afterEach', Hook[]>
  readonly children: (Suite | Test)[]
}

export interface Spent {
  readonly milliseconds: number
  readonly cpuMilliseconds: number
}

export interface Outcome extends Spent {
  readonly test: Test
  /** Absent when the test passed or was skipped. */
  readonly failure?: string
}

export interface Run {
  /** Ids of the tests to run; without it, all. */
  readonly only?: ReadonlySet<string>
  /** Whether to stop at the first failure. */
  readonly bail: boolean
  /** What a test needed without a mutant, by its id: what takes least is run first, and none may take much longer. */
  readonly usual?: Readonly<Record<string, Spent>>
  /** Called before a test, or before the hooks that all of `tests` depend on. */
  onEnter?(tests: readonly Test[]): void
}

/** How long a test may take: so many times what is usual for it, and what a busy machine adds. */
const FACTOR = 10
const GRACE_MILLISECONDS = 3_000

const files: Suite[] = []
/** The file that is being loaded, and the suites around what it registers next. */
let fileName = ''
let around: Suite[] = []

/** Loads a test file, relative to the working directory, and keeps its tests. */
export async function load(path: string): Promise<void> {
  const file = newSuite('', false)
  fileName = path
  around = [file]
  await import(pathToFileURL(path).href)
  files.push(file)
}

export function allTests(): Test[] {
  return files.flatMap(testsOf)
}

/** Runs tests one after the other. */
export async function runTests(run: Run): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const part of inOrderOfDuration(run)) if (!(await runSuite(part, [], run, outcomes))) break
  return outcomes
}

/** Files whole where they have hooks, and each of their tests and suites apart where not. */
function inOrderOfDuration({ only, usual = {} }: Run): Suite[] {
  const alone = (child: Suite | Test): Suite => ({ ...newSuite('', false), children: [child] })
  const parts = files.flatMap((file) =>
    Object.values(file.hooks).some((hooks) => hooks.length > 0) ? [file] : file.children.map(alone),
  )
  const milliseconds = (part: Suite) =>
    testsOf(part).reduce((sum, { id }) => sum + ((only?.has(id) ?? true) ? (usual[id]?.cpuMilliseconds ?? 0) : 0), 0)
  return parts.toSorted((a, b) => milliseconds(a) - milliseconds(b))
}

/** False when the run ends here. */
async function runSuite(suite: Suite, above: readonly Suite[], run: Run, outcomes: Outcome[]): Promise<boolean> {
  const tests = testsOf(suite).filter(({ id, skip }) => !skip && (run.only?.has(id) ?? true))
  const chosen = new Set<Suite | Test>(tests)
  const [first] = tests
  if (!first) return true
  const failed = async (hooks: readonly Hook[]): Promise<boolean> => {
    if (hooks.length === 0) return false
    run.onEnter?.(tests)
    const outcome = await attempt(first, () => inTurn(hooks))
    if (outcome.failure !== undefined) outcomes.push(outcome)
    return outcome.failure !== undefined
  }
  let goesOn = !(await failed(suite.hooks.before))
  for (const child of goesOn ? suite.children : []) {
    if ('children' in child) goesOn = await runSuite(child, [...above, suite], run, outcomes)
    else if (chosen.has(child)) {
      run.onEnter?.([child])
      const outcome = await attempt(child, () => runOne(child, [...above, suite]), run.usual?.[child.id])
      outcomes.push(outcome)
      goesOn = !run.bail || outcome.failure === undefined
    }
    if (!goesOn) break
  }
  return !(await failed(suite.hooks.after)) && goesOn
}

async function runOne(test: Test, suites: readonly Suite[]): Promise<void> {
  const after: Hook[] = []
  const context = {
    name: test.name,
    after: (hook: Hook) => void after.push(hook),
    diagnostic: () => {},
    skip: () => {},
  }
  try {
    await inTurn(suites.flatMap(({ hooks }) => hooks.beforeEach))
    await test.body(context as unknown as TestContext)
  } finally {
    await inTurn([...after, ...suites.toReversed().flatMap(({ hooks }) => hooks.afterEach)])
  }
}

/** Runs all hooks, and throws what the first that failed has thrown. */
async function inTurn(hooks: readonly Hook[]): Promise<void> {
  const errors: unknown[] = []
  for (const hook of hooks) {
    try {
      await hook()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}

async function attempt(test: Test, action: () => Promise<void>, usual?: Spent): Promise<Outcome> {
  const limit = usual ? FACTOR * usual.milliseconds + GRACE_MILLISECONDS : Number.POSITIVE_INFINITY
  const began = performance.now()
  const cpu = cpuMilliseconds()
  const error = await untilSettled(action, limit)
  const spent = { milliseconds: performance.now() - began, cpuMilliseconds: cpuMilliseconds() - cpu }
  return { test, ...spent, ...(error && { failure: error.stack ?? error.message }) }
}

function testsOf(suite: Suite): Test[] {
  return suite.children.flatMap((child) => ('children' in child ? testsOf(child) : [child]))
}

function newSuite(name: string, skip: boolean): Suite {
  return { name, skip, hooks: { before: [], after: [], beforeEach: [], afterEach: [] }, children: [] }
}

export function describe(...args: [string, () => void] | [string, Options, () => void]): void {
  const [name, options, body] = args.length === 2 ? [args[0], {}, args[1]] : args
  const suite = newSuite(name, isSkipped(options))
  around.at(-1)!.children.push(suite)
  around.push(suite)
  body()
  around.pop()
}

export function test(...args: [string, Body] | [string, Options, Body]): void {
  const [ownName, options, body] = args.length === 2 ? [args[0], {}, args[1]] : args
  const name = [...around.slice(1).map((suite) => suite.name), ownName].join(' › ')
  const [, caller] = getCallSites(2)
  around.at(-1)!.children.push({
    id: `${fileName} › ${name}`,
    name,
    fileName,
    startPosition: { line: caller!.lineNumber - 1, column: caller!.columnNumber - 1 },
    skip: isSkipped(options),
    body,
  })
}

function isSkipped({ skip = false }: Options): boolean {
  return skip !== false || around.some((suite) => suite.skip)
}

export { test as it }
export const before = (hook: Hook) => void around.at(-1)!.hooks.before.push(hook)
export const after = (hook: Hook) => void around.at(-1)!.hooks.after.push(hook)
export const beforeEach = (hook: Hook) => void around.at(-1)!.hooks.beforeEach.push(hook)
export const afterEach = (hook: Hook) => void around.at(-1)!.hooks.afterEach.push(hook)
