import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { compare } from '../../src/backtest/index.ts'
import { renderPage } from '../../src/backtest-page/index.ts'
import { UsageColumns } from '../../src/history/index.ts'
import { madeUsage, STEP_SECONDS } from '../support/made-usage.ts'

/** Made usage, of one container under another name. */
function history(name = 'bursting'): UsageColumns[] {
  return madeUsage(16).map((columns) => {
    if (columns.container.container !== 'bursting') return columns
    const renamed = new UsageColumns({ workload: { ...columns.container.workload, name }, container: name })
    for (let i = 0; i < columns.length; i++) renamed.add({ ...columns.sampleAt(i), container: renamed.container })
    return renamed
  })
}

function pageOf(usage: readonly UsageColumns[], source = 'file usage.csv'): string {
  const goal = 'balanced'
  const comparison = compare(usage, { cadence: '24h', goal, stepSeconds: STEP_SECONDS })!
  const [firstSeconds, lastSeconds] = [usage[0]!.secondsAt(0), usage[0]!.secondsAt(usage[0]!.length - 1)]
  return renderPage({
    source,
    firstSeconds,
    lastSeconds,
    containers: usage.length + 2,
    cadence: '24h',
    goal,
    comparison,
  })
}

const page = pageOf(history())

/** Without the whole page in the message. */
function has(text: string, pattern: RegExp, expected = true): void {
  const at = text.search(pattern)
  assert.equal(at >= 0, expected, `${pattern} ${expected ? 'is missing' : `found: ${text.slice(at, at + 80)}`}`)
}

describe('the page of a backtest', () => {
  test('has all goals and both peers in its table, and highlights the chosen goal', () => {
    const rows = [...page.matchAll(/<tr class="(chosen)?"><th scope="row">([^<]+)<\/th>/g)].map(([, chosen, name]) => [
      name,
      chosen,
    ])
    assert.deepEqual(rows, [
      ['Plimsoll savings', undefined],
      ['Plimsoll balanced', 'chosen'],
      ['Plimsoll reliability', undefined],
      ['running Pods too', undefined],
      ['VPA', undefined],
      ['KRR', undefined],
      ['always its peak', undefined],
    ])
  })

  test('says when a value holds, as it was judged', () => {
    has(page, /at most 20 % \(savings\), 10 % \(balanced\), 2\.0 % \(reliability\),\nor at most .* worst known day/)
  })

  test('says what was judged, and what was not', () => {
    assert.match(
      page,
      /Judged: 4 containers, each from its eighth day on, 35 days in all\. 2 more had less than eight days/,
    )
    has(page, /file usage\.csv, 2026-01-05 to 2026-01-20\./)
  })

  test('every drawing says in words what it shows', () => {
    const drawings = [...page.matchAll(/<svg ([^>]*)>/g)].map(([, attributes]) => attributes!)
    assert.ok(drawings.length >= 8, `${drawings.length}`)
    for (const attributes of drawings) assert.match(attributes, /role="img" aria-label="[^"]{20,}"/)
    assert.match(
      page,
      /aria-label="CPU: CPU used above the request, by what is reserved\. Plimsoll savings: [\d.,]+ reserved, /,
    )
  })

  test('loads nothing, runs nothing, and allows its own style alone', () => {
    has(page, /<script|<link|<img|<iframe|\bsrc=|\bhref=|url\(|@import|https?:|\bstyle=|\bon\w+=/, false)
    const [, style] = /<style>([\s\S]*)<\/style>/.exec(page)!
    const hash = createHash('sha256').update(style!).digest('base64')
    assert.ok(
      page.includes(`content="default-src 'none'; style-src 'sha256-${hash}'; base-uri`.replaceAll("'", '&#39;')),
    )
  })

  test('every tag that is opened is closed', () => {
    const open: string[] = []
    for (const [, close, name, rest] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*)>/g)) {
      if (close) assert.equal(open.pop(), name)
      else if (name !== 'meta' && !rest!.endsWith('/')) open.push(name!)
    }
    assert.deepEqual(open, [])
  })

  test('never shows NaN, undefined or objects instead of numbers', () =>
    has(page, /NaN|undefined|Infinity|\[object/, false))

  test('names are escaped as text, even if they contain HTML', () => {
    const hostile = `"><script>alert(1)</script>'&\u202e`
    const text = pageOf(history(hostile), `file ${hostile}`)
    has(text, /<script|\u202e/, false)
    has(text, /&quot;&gt;&lt;script&gt;alert\(1\)&lt;\/script&gt;&#39;&amp;\ufffd/)
  })

  test('stays small', () => assert.ok(page.length < 150_000, `${page.length}`))
})
