// The project's test runner for StrykerJS, which has none for node:test that keeps its process between two mutants.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import type { CoverageData, StrykerOptions } from '@stryker-mutator/api/core'
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin'
import {
  type DryRunOptions,
  type DryRunResult,
  DryRunStatus,
  type MutantRunOptions,
  type MutantRunResult,
  MutantRunStatus,
  type TestResult,
  type TestRunner,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner'
import fc from 'fast-check'
import { activate, deactivate, limitCpu, startCounting, stopCounting, takeCounts, withFastHelpers } from './helpers.ts'
import { comesToRest, rememberWhatRests } from './idle.ts'
import { allTests, load, type Outcome, runTests, type Spent, type Test } from './node-test.ts'

/** What the runner takes from the options of StrykerJS. */
export interface NodeTestOptions {
  /** Test files, relative to the project. StrykerJS's own `testFiles` is for other runners. */
  readonly nodeTest: { readonly files: readonly string[] }
}

/** What each test needs without a mutant; in the sandbox, for all of its workers. */
const USUAL = 'usual.json'

class NodeTestRunner implements TestRunner {
  static readonly inject = tokens(commonTokens.options)
  readonly #files: readonly string[]
  #loaded = false
  #unrest = false
  #usual: Record<string, Spent> = {}

  constructor(options: StrykerOptions) {
    // StrykerJS was ended from outside.
    process.once('disconnect', () => process.exit(1))
    this.#files = (options as StrykerOptions & NodeTestOptions).nodeTest.files
  }

  capabilities() {
    return { reloadEnvironment: false }
  }

  async dryRun({ disableBail }: DryRunOptions): Promise<DryRunResult> {
    startCounting()
    await this.#load()
    const ofLoading = takeCounts()
    const perTest: Record<string, CoverageData> = {}
    let running: readonly Test[] = []
    const onEnter = (tests: readonly Test[]) => {
      const counts = takeCounts()
      for (const { id } of running) perTest[id] = sum(perTest[id] ?? {}, counts)
      running = tests
    }
    const outcomes = await runTests({ bail: !disableBail, onEnter })
    onEnter([])
    stopCounting()
    for (const { test, milliseconds, cpuMilliseconds } of outcomes)
      this.#usual[test.id] = { milliseconds, cpuMilliseconds }
    writeFileSync(USUAL, JSON.stringify(this.#usual))
    return {
      status: DryRunStatus.Complete,
      tests: outcomes.map(asResult),
      mutantCoverage: { static: ofLoading, perTest },
    }
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    // StrykerJS then starts another worker and tries again.
    if (this.#unrest) throw new Error('What the last mutant began has not ended')
    const { activeMutant, mutantActivation, hitLimit, testFilter } = options
    if (mutantActivation === 'static') {
      activate(Number(activeMutant.id))
      try {
        await this.#load()
      } catch (error) {
        return { status: MutantRunStatus.Killed, killedBy: [], failureMessage: String(error), nrOfTests: 0 }
      }
    } else await this.#load()
    activate(Number(activeMutant.id), hitLimit)
    const outcomes = await runTests({
      bail: !options.disableBail,
      usual: this.#usual,
      onEnter: (tests) => limitCpu(tests.reduce((sum, { id }) => sum + (this.#usual[id]?.cpuMilliseconds ?? 0), 0)),
      ...(testFilter && { only: new Set(testFilter) }),
    })
    const endless = deactivate()
    this.#unrest = !(await comesToRest())
    return toMutantRunResult(
      endless
        ? { status: DryRunStatus.Timeout, reason: 'A loop does not end' }
        : { status: DryRunStatus.Complete, tests: outcomes.map(asResult) },
    )
  }

  async #load(): Promise<void> {
    if (this.#loaded) return
    this.#loaded = true
    // The same cases for every mutant. Which case is the smallest, nobody asks here.
    fc.configureGlobal({ seed: 1, endOnFailure: true })
    if (existsSync(USUAL)) this.#usual = JSON.parse(readFileSync(USUAL, 'utf8'))
    const nodeTest = new URL('node-test.ts', import.meta.url).href
    const sandbox = `file://${process.cwd()}/src/`
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === 'node:test' ? { url: nodeTest, shortCircuit: true } : next(specifier, context),
      load(url, context, next) {
        const loaded = next(url, context)
        return url.startsWith(sandbox) ? { ...loaded, source: withFastHelpers(String(loaded.source)) } : loaded
      },
    })
    for (const file of this.#files) await load(file)
    const ids = allTests().map(({ id }) => id)
    const twice = ids.find((id, index) => ids.indexOf(id) !== index)
    if (twice) throw new Error(`Two tests have the same name: ${twice}`)
    rememberWhatRests()
  }
}

function asResult({ test: { id, name, fileName, startPosition }, milliseconds, failure }: Outcome): TestResult {
  const common = { id, name, fileName: resolve(fileName), startPosition, timeSpentMs: milliseconds }
  return failure === undefined
    ? { ...common, status: TestStatus.Success }
    : { ...common, status: TestStatus.Failed, failureMessage: failure }
}

function sum(one: CoverageData, other: CoverageData): CoverageData {
  const result = { ...one }
  for (const [mutant, times] of Object.entries(other)) result[mutant] = (result[mutant] ?? 0) + times
  return result
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'node-test', NodeTestRunner)]
export const strykerValidationSchema = { properties: { nodeTest: { type: 'object' } } }
