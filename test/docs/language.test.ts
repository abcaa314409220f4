import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { DIALECT, type Dialect } from './dialect.ts'
import { PAGES, ROOT } from './pages.ts'
import { withoutCode, withoutMarkers } from './prose.ts'

/** Where phrases are listed, or made up for tests of the checker. */
const LISTS = ['test/docs/dialect.ts', 'test/docs/language.test.ts']

const FILES: readonly string[] = [
  ...PAGES,
  ...globSync(
    [
      '{src,test,scripts,bench,site}/**/*.{ts,tsx,css}',
      '{charts,deploy,examples,test/golden}/**/*.{yaml,json,txt,tpl,js}',
      ...['bench/*.yaml', 'certs-scripts/*'],
    ],
    { cwd: ROOT },
  ).filter((file) => !/^src\/dashboard\/built|node_modules/.test(file) && !LISTS.includes(file)),
]

test('docs, messages, comments and names of tests are in plain English', () => {
  assert.ok(FILES.length > 1500)
  assert.deepEqual(
    FILES.flatMap((file) => dialectIn(file, readFileSync(join(ROOT, file), 'utf8'))),
    [],
  )
})

describe('the checker of language', () => {
  const list = [{ phrase: 'goes on', instead: '"continues"' }]

  test('says where a phrase is, and what to write instead', () => {
    assert.deepEqual(dialectIn('page.md', 'It\ngoes on.', list), ['page.md:2: "goes on": write "continues"'])
  })

  test('finds phrases that continue on the next line, also in comments', () => {
    assert.equal(dialectIn('page.md', 'It goes\non.', list).length, 1)
    assert.equal(dialectIn('a.ts', '/**\n * It goes\n * on.\n */', list).length, 1)
    assert.equal(dialectIn('a.ts', '// It goes\n  // on.', list).length, 1)
    assert.equal(dialectIn('values.yaml', '# It goes\n# on.', list).length, 1)
  })

  test('reads comments and literals of TypeScript, not its code', () => {
    const found = (text: string) => dialectIn('a.ts', text, [{ phrase: 'anew', instead: '"again"' }]).length
    assert.equal(found('const anew = 1; a.anew()'), 0)
    assert.equal(found("f('done anew')"), 1)
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is TypeScript that is scanned
    assert.equal(found('f(`${{ anew }} ${`x ${anew}`} done anew ${b} anew`)'), 2)
    assert.equal(found("a / anew; x = /anew's/; anew"), 1)
  })

  test('reads whole words, in any case', () => {
    assert.equal(dialectIn('page.md', 'It undergoes one. Goes On', list).length, 1)
  })
})

/** Each dialect phrase of a text, as `file:line: "phrase": write …`. */
function dialectIn(file: string, text: string, list: readonly Dialect[] = DIALECT): string[] {
  // Hardly any file has a phrase, and scanning TypeScript takes long.
  if (!patternOf(list).test(withoutMarkers(text))) return []
  const prose = withoutMarkers(file.endsWith('.ts') ? withoutCode(text) : text)
  return [...prose.matchAll(new RegExp(patternOf(list), 'gi'))].map(({ 0: found, index, groups }) => {
    const [, { instead }] = Object.entries(list).find(([i]) => groups![`p${i}`] !== undefined)!
    const line = prose.slice(0, index).split('\n').length
    return `${file}:${line}: "${found.replaceAll(/\s+/g, ' ')}": write ${instead}`
  })
}

function patternOf(list: readonly Dialect[]): RegExp {
  const phrases = list.map(({ phrase }, i) => `(?<p${i}>${phrase.replaceAll(' ', '\\s+')})`)
  return new RegExp(`\\b(?:${phrases.join('|')})\\b`, 'i')
}
