// Plants faults in a folder of src/ and counts how many of them its tests find: `npm run mutate -- src/kube/lease.ts`.
// CONTRIBUTING.md says how to read the result.
import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'
import type { NodeTestOptions } from './runner.ts'
import { testsFor } from './tests.ts'

/** Sandboxes and results of earlier runs. Not in node_modules, where Node.js runs no TypeScript. */
const CACHE = '.mutate'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { concurrency: { type: 'string' }, force: { type: 'boolean', default: false } },
})
const target = positionals[0]?.replace(/\/$/, '')
if (!target?.startsWith('src/') || positionals.length > 1) {
  console.error(
    'usage: npm run mutate -- FOLDER [--concurrency N] [--force], such as npm run mutate -- src/kube/lease.ts',
  )
  process.exit(1)
}
const { files, propertyFactor } = testsFor(target)
process.env.PLIMSOLL_PROPERTY_FACTOR = String(propertyFactor)

const colour = process.stdout.isTTY === true
const nodeTest: NodeTestOptions = { nodeTest: { files } }
const mutants = await new Stryker({
  mutate: [statSync(target).isDirectory() ? `${target}/**/*.ts` : target],
  plugins: [new URL('runner.ts', import.meta.url).href],
  testRunner: 'node-test',
  // A mutant that fills the memory ends its worker soon.
  testRunnerNodeArgs: ['--max-old-space-size=1024'],
  concurrency: Number(values.concurrency ?? availableParallelism()),
  incremental: true,
  incrementalFile: `${CACHE}/${target.replaceAll('/', '-')}.json`,
  force: values.force,
  tempDirName: `${CACHE}/sandbox-${target.replaceAll('/', '-')}`,
  ignorePatterns: [CACHE, 'bench/results', 'dist', 'coverage'],
  disableTypeChecks: false,
  dryRunTimeoutMinutes: 20,
  // Above what a busy machine adds. Most endless loops end at a number of rounds instead.
  timeoutMS: 5_000,
  timeoutFactor: 3,
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: colour, allowEmojis: false, logTests: false, reportTests: false },
  allowConsoleColors: colour,
  ...nodeTest,
}).runMutationTest()

const count = (...statuses: string[]) => mutants.filter(({ status }) => statuses.includes(status)).length
const found = count('Killed', 'Timeout')
const all = found + count('Survived', 'NoCoverage')
const score = all === 0 ? 100 : (100 * found) / all
console.log(`${target}: ${score.toFixed(1)} % of ${all} mutants found (${count('Ignored')} ignored)`)
