// Runs every test that needs no cluster: `npm test`. Options of `node --test` may follow, such as --test-name-pattern=canary.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { filesOf, GROUP_NAMES } from '../test/together/groups.ts'

const together = new Set(GROUP_NAMES.flatMap(filesOf))
const apart = globSync('test/**/*.test.ts').filter((file) => !together.has(file))
const { status } = spawnSync(
  process.execPath,
  [
    ...['--test', '--test-concurrency=3', '--test-reporter=./test/reporter.ts', ...process.argv.slice(2)],
    // First, as they take longest.
    ...GROUP_NAMES.map((group) => `test/together/${group}.ts`),
    ...apart,
  ],
  {
    stdio: 'inherit',
    env: {
      // CI tries each property fifty times as often, in suites of their own.
      PLIMSOLL_PROPERTY_FACTOR: '0.4',
      ...process.env,
      NODE_COMPILE_CACHE: 'node_modules/.cache/compile',
    },
  },
)
process.exitCode = status ?? 1
