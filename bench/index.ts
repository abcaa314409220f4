// npm run bench -- SUITE [--seed N] [--runs N]
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { judge, readRanges } from './ranges.ts'
import { OPTIONS, type Option, type Options, type Suite } from './suite.ts'
import { renderTable } from './table.ts'

const SUITES = join(import.meta.dirname, 'suites')
const RESULTS = join(import.meta.dirname, 'results')
const RANGES = join(import.meta.dirname, 'ranges.yaml')

const suites = readdirSync(SUITES)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: Object.fromEntries(OPTIONS.map((option) => [option, { type: 'string' as const }])),
})
const [name = '', ...others] = positionals

if (!suites.includes(name) || others.length > 0) {
  console.error(`Name one suite: npm run bench -- ${suites.join(' | ')}`)
  process.exitCode = 2
} else {
  process.exitCode = await bench(name)
}

/** @returns undefined where an option is not a number, or the suite does not take it */
function optionsOf({ options = [] }: Suite): Options | undefined {
  const given = Object.entries(values).map(([option, value]) => [option as Option, Number(value)] as const)
  const isValid = given.every(([option, value]) => options.includes(option) && Number.isInteger(value) && value >= 1)
  return isValid ? Object.fromEntries(given) : undefined
}

async function bench(name: string): Promise<number> {
  const { suite } = (await import(join(SUITES, `${name}.ts`))) as { readonly suite: Suite }
  const options = optionsOf(suite)
  if (!options) {
    const taken = (suite.options ?? []).map((option) => `--${option} N`).join(' ')
    console.error(`${name} takes ${taken || 'no options'}.`)
    return 2
  }
  const ranges = readRanges(RANGES, name)
  console.error(`${name}: ${suite.about}`)
  const startedAt = performance.now()
  const seconds = () => ((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)
  const outcome = await suite.run((text) => console.error(`${seconds()} s  ${text}`), options)
  if ('skipped' in outcome) {
    console.log(`skipped: ${outcome.skipped}`)
    return 0
  }
  const verdicts = judge(outcome.figures, ranges)
  console.log(`\n${renderTable(verdicts)}\n\n${outcome.notes.map((note) => `${note}\n`).join('')}`)
  if (!existsSync(RESULTS)) mkdirSync(RESULTS)
  const path = join(RESULTS, `${name}.json`)
  writeFileSync(path, `${JSON.stringify({ suite: name, verdicts, notes: outcome.notes }, null, 1)}\n`)
  console.error(`${seconds()} s  wrote ${path}`)
  const failed = verdicts.filter(({ isInRange }) => !isInRange)
  if (failed.length > 0) console.error(`Out of range: ${failed.map(({ name }) => name).join('; ')}. See ${RANGES}.`)
  return failed.length > 0 ? 1 : 0
}
