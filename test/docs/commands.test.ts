import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { program } from '../../scripts/commands/page.ts'
import { commandLinesOf, flagsOf, knownFlags, whyRefused } from './command-lines.ts'
import { PAGES, textOf } from './pages.ts'

describe('what the pages show', () => {
  for (const page of PAGES) {
    const lines = commandLinesOf(page, textOf(page))
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
    const shown = PAGES.filter((page) => page !== 'docs/reference/commands.md')
      .map(textOf)
      .join('\n')
    const names = program().commands.map((command) => command.name())
    const missing = names.filter((name) => !new RegExp(`plimsoll ${name}\\b|\`${name}\``).test(shown))
    assert.deepEqual(
      missing.filter((name) => !['complete', 'load', 'start'].includes(name)),
      [],
    )
  })
})

/** Flags of Cluster Autoscaler. */
const OTHERS = new Set(['--scale-down-enabled', '--scale-down-utilization-threshold'])

test('every flag that a page names alone belongs to some command, or to another known program', () => {
  const known = knownFlags()
  // Decisions tell of other programs' flags as well.
  const pages = PAGES.filter((page) => !page.startsWith('docs/decisions/'))
  const all = pages.flatMap((page) => flagsOf(page, textOf(page)))
  assert.ok(all.length > 20)
  assert.deepEqual(
    all.filter(({ text }) => !known.has(text) && !OTHERS.has(text) && !process.allowedNodeEnvironmentFlags.has(text)),
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
