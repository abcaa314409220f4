// Text at the bounds of the parser: long, so CI runs it apart from `npm test`.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { parseDocuments } from '../../src/parsing/documents.ts'

const values = (text: string) => [...parseDocuments(text)].map(({ value }) => value)

const numbered = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('')

const TOO_MUCH: readonly [what: string, text: string, message: RegExp][] = [
  ['brackets', '['.repeat(4_000_000), /^nests deeper than 128 levels at line 1, column 129:/],
  ['braces in JSON', '{"a":'.repeat(700_000), /^nests deeper than 128 levels at line 1,/],
  ['items in items', '- '.repeat(2_000_000), /^nests deeper than 128 levels at line 1,/],
  ['keys in keys', '? '.repeat(2_000_000), /^nests deeper than 128 levels at line 1,/],
  ['values in values', ': '.repeat(2_000_000), /^nests deeper than 128 levels at line 1,/],
  ['indentation', numbered(2_000, (i) => `${' '.repeat(i)}a:\n`), /^nests deeper than 128 levels at line 128,/],
  ['documents', '---\n'.repeat(1_000_000), /^more than 100,000 documents: split the file at line 100001,/],
  ['anchors', numbered(200_000, (i) => `- &a${i} x\n`), /^more than 10,000 anchors and aliases in one document: write/],
  ['aliases', `- &a x\n${'- *a\n'.repeat(200_000)}`, /^more than 10,000 anchors and aliases in one document: write/],
  [
    'tokens in a document',
    'k: v\n'.repeat(800_000),
    /^more than 1,400,000 tokens in one document: split it, or give it as JSON at line /,
  ],
  ['tokens', `---\n${'- v\n'.repeat(150_000)}`.repeat(3), /^more than 2,500,000 tokens: split the file at line /],
  [
    'empty items',
    '-\n'.repeat(2_000_000),
    /^more than 1,400,000 tokens in one document: split it, or give it as JSON at line /,
  ],
  ['mistakes', `a: "${'\\q'.repeat(2_000_000)}"`, /^not YAML: Invalid escape sequence \\q at line 1, column 5:/],
  ['equal keys', 'a: 1\nb: 2\na: 3\n', /^not YAML: Map keys must be unique at line 3, column 1:\n\na: 3\n\^\n/],
  [
    'an alias that multiplies',
    `- &a [${'x,'.repeat(1_000)}]\n${'- *a\n'.repeat(1_000)}`,
    /^aliases multiply to more than 1,000,000 values: write fewer at line 1,/,
  ],
  [
    'a merge key that multiplies',
    `- &a {${numbered(1_000, (i) => `k${i}: v,`)}}\n${'- <<: *a\n'.repeat(1_000)}`,
    /^aliases multiply to more than 1,000,000 values: write fewer at line 1,/,
  ],
]

for (const [what, text, message] of TOO_MUCH) {
  test(`${what}: more than any real text has is refused with the place`, () => {
    assert.throws(() => values(text), { name: 'ParsingError', message })
  })
}

test('mistakes by the million fit into a heap of 64 MiB', async () => {
  const documents = join(import.meta.dirname, '../../src/parsing/documents.ts')
  const program = `import { parseDocuments } from '${documents}'
    for (const text of ['a: "' + '\\\\q'.repeat(2_000_000) + '"', '@\\n'.repeat(200_000), '['.repeat(4_000_000)])
      try { [...parseDocuments(text)] } catch ({ name }) { console.log(name) }`
  const options = ['--max-old-space-size=64', '--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, options)
  assert.equal(stdout, 'ParsingError\nParsingError\nParsingError\n')
})

test('the keys of a map are compared in a number of steps that grows with them, not with their square', () => {
  // 100,000 keys: five billion comparisons otherwise, a minute.
  const [value] = values(numbered(100_000, (i) => `k${i}: v # ${i}\n`)) as Record<string, string>[]
  assert.equal(Object.keys(value!).length, 100_000)
})

test('real manifests of several megabytes are read: thousands of documents, and a list of a thousand Pods', () => {
  const container = (i: number) =>
    `{name: web-${i}, image: "registry.example.com/web:1", resources: {requests: {cpu: 100m, memory: 128Mi}}}`
  const documents = numbered(
    3_000,
    (i) =>
      `---\nkind: Deployment\nmetadata:\n  name: web-${i}\nspec:\n  template:\n    spec:\n      containers:\n      - ${container(i)}\n${'# a comment of a chart\n'.repeat(10)}`,
  )
  assert.equal(values(documents).length, 3_000)
  const env = numbered(
    50,
    (i) => `    - name: SETTING_${i}\n      value: what-an-author-wrote-as-value-of-setting-${i}\n`,
  )
  const pods = `kind: List\nitems:\n${numbered(1_000, (i) => `- kind: Pod\n  spec:\n    containers:\n    - ${container(i)}\n    env:\n${env}`)}`
  assert.ok(pods.length > 4_000_000)
  assert.equal((values(pods)[0] as { items: unknown[] }).items.length, 1_000)
})
