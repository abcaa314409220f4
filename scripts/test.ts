// Runs every test that needs neither a cluster nor a program that has to be built: `npm test`; with `programs` first, those that need
// such a program. Options of `node --test` may follow, such as --test-name-pattern=canary.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { filesOf, GROUP_NAMES, IN_CI, WITH_PROGRAMS } from '../test/together/groups.ts'

const isWithPrograms = process.argv[2] === 'programs'
const elsewhere = new Set([...GROUP_NAMES.flatMap(filesOf), ...WITH_PROGRAMS, ...IN_CI])
const files = isWithPrograms
  ? WITH_PROGRAMS
  : [
      // First, as they take longest.
      ...GROUP_NAMES.map((group) => `test/together/${group}.ts`),
      ...globSync('test/**/*.test.ts').filter((file) => !elsewhere.has(file)),
    ]
const { status } = spawnSync(
  process.execPath,
  [
    ...['--test', '--test-concurrency=3', '--test-reporter=./test/reporter.ts'],
    ...process.argv.slice(isWithPrograms ? 3 : 2),
    ...files,
  ],
  {
    stdio: 'inherit',
    env: {
      // CI tries each property many times as often, in separate suites.
      PLIMSOLL_PROPERTY_FACTOR: '0.25',
      ...process.env,
      NODE_COMPILE_CACHE: 'node_modules/.cache/compile',
    },
  },
)
process.exitCode = status ?? 1
