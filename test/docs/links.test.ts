import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { anchorsOf, linksOf, whyDead } from './links.ts'
import { PAGES, ROOT, textOf } from './pages.ts'

test('every link of every page leads to a file and a heading that exist', () => {
  const all = PAGES.flatMap((page) => linksOf(page, textOf(page)).map((link) => ({ page, link })))
  assert.ok(all.length > 200)
  const dead = all.flatMap(({ page, link }) => {
    const why = whyDead(page, link)
    return why ? [`${link.where}: ${why}`] : []
  })
  assert.deepEqual(dead, [])
})

test('every page of docs/ that code, chart or tests name exists', () => {
  const files = globSync(
    ['src/**/*.{ts,tsx}', 'scripts/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'charts/**/*.{yaml,json,txt,tpl}'],
    {
      cwd: ROOT,
      exclude: (file) => file.startsWith('src/dashboard/built'),
    },
  )
  const missing = files.flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/(?<![\w/.-])(?:\.\.\/)*(docs\/[a-z0-9/-]+\.md)/g)]
      .filter(([, page]) => !existsSync(join(ROOT, page!)))
      .map(([, page]) => `${file}: ${page}`),
  )
  assert.deepEqual(missing, [])
})

describe('the checker of links', () => {
  const page = [
    '# A title: with `code`, and more',
    'See [this](links.md#a), [that](https://example.com/x), [below](#two-words) and `[code](none.md)`.',
    '```',
    '[fenced](none.md)',
    '```',
    '    [indented](none.md)',
    '<a id="here"></a>',
    '## Two words',
    '## Two words',
  ].join('\n')

  test('finds those that stay in the repository, outside code', () => {
    assert.deepEqual(
      linksOf('page.md', page).map(({ path, anchor }) => `${path}#${anchor}`),
      ['links.md#a', '#two-words'],
    )
  })

  test('knows headings as GitHub names them, and ids', () => {
    assert.deepEqual([...anchorsOf(page)], ['a-title-with-code-and-more', 'here', 'two-words', 'two-words-1'])
  })

  test('says what is missing', () => {
    const link = (path: string, anchor = '') => ({ where: '', path, anchor })
    assert.equal(whyDead('README.md', link('ARCHITECTURE.md', 'modules')), undefined)
    assert.match(whyDead('README.md', link('NONE.md'))!, /there is no NONE\.md/)
    assert.match(whyDead('README.md', link('ARCHITECTURE.md', 'none'))!, /has no heading #none/)
    assert.match(whyDead('README.md', link('../other.md'))!, /outside the repository/)
  })
})
