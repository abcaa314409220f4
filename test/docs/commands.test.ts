import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { COMMANDS_PAGE, commandsPage, program } from '../../scripts/commands/page.ts'
import { commandLinesOf, flagsOf, knownFlags, whyRefused } from './command-lines.ts'

const ROOT = join(import.meta.dirname, '../..')
const PAGES = globSync(['*.md', 'docs/**/*.md', 'charts/**/*.md', 'examples/*.md', 'test/cluster/*.md', 'bench/*.md'], {
  cwd: ROOT,
}).sort()

test('docs/commands.md is what "npm run generate" makes of the commands', () => {
  assert.equal(readFileSync(COMMANDS_PAGE, 'utf8'), commandsPage())
})

describe('what the pages show', () => {
  for (const page of PAGES) {
    const lines = commandLinesOf(page, readFileSync(join(ROOT, page), 'utf8'))
    if (lines.length === 0) continue
    test(`${page}: the program takes each of its ${lines.length} command lines`, () => {
      const refused = lines.flatMap(({ where, text }) => {
        const why = whyRefused(text)
        return why ? [`${where}: ${text}\n  ${why}`] : []
      })
      assert.deepEqual(refused, [])
    })
  }

  test('every command but those for shells and containers is shown on some page besides the list', () => {
    const shown = PAGES.filter((page) => page !== 'docs/commands.md')
      .map((page) => readFileSync(join(ROOT, page), 'utf8'))
      .join('\n')
    const names = program().commands.map((command) => command.name())
    const missing = names.filter((name) => !new RegExp(`plimsoll ${name}\\b|\`${name}\``).test(shown))
    assert.deepEqual(
      missing.filter((name) => !['complete', 'load', 'start'].includes(name)),
      [],
    )
  })
})

test('every flag that a page names by itself is one of some command, or of Node.js', () => {
  const known = knownFlags()
  // Decisions tell of other programs' flags as well.
  const pages = PAGES.filter((page) => !page.startsWith('docs/decisions/'))
  const all = pages.flatMap((page) => flagsOf(page, readFileSync(join(ROOT, page), 'utf8')))
  assert.ok(all.length > 20)
  assert.deepEqual(
    all.filter(({ text }) => !known.has(text) && !process.allowedNodeEnvironmentFlags.has(text)),
    [],
  )
})

describe('the checker of command lines', () => {
  const page = [
    'Prose with plimsoll nothing, `plimsoll report --fail-on risk=high`, `plimsoll-viewer` and `plimsoll.dev/mode`.',
    '',
    '    bin/plimsoll report --history usage.csv.gz \\',
    "      --prices 'my prices.yaml'   # what it costs",
    '    helm install plimsoll charts/plimsoll --namespace plimsoll',
    '```',
    'kubectl plimsoll approve deployment/web -n shop | tee log',
    'npm start -- --once',
    '```',
  ].join('\n')

  test('finds those in blocks, indented code and spans, and no others', () => {
    assert.deepEqual(
      commandLinesOf('page.md', page).map(({ where }) => where),
      ['page.md:1', 'page.md:3', 'page.md:7', 'page.md:8'],
    )
  })

  test('takes what the program takes', () => {
    for (const { text } of commandLinesOf('page.md', page)) assert.equal(whyRefused(text), undefined, text)
    assert.equal(whyRefused('kubectl plimsoll rollback'), undefined, 'a command that is only named')
    assert.equal(whyRefused('kubectl plimsoll explain|report'), undefined)
  })

  test('refuses commands, flags and values that there are not', () => {
    assert.match(whyRefused('plimsoll reports')!, /unknown command 'reports'/)
    assert.match(whyRefused('plimsoll report --wide')!, /unknown option '--wide'/)
    assert.match(whyRefused('plimsoll report -o xml')!, /'xml' is invalid/)
    assert.match(whyRefused('plimsoll report --fail-on waist=3')!, /is none of/)
    assert.match(whyRefused('plimsoll explain|exploin deployment/web')!, /unknown command 'exploin'/)
    assert.match(whyRefused('npm start -- --onze')!, /unknown option '--onze'/)
  })
})
