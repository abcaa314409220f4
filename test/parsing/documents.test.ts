import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDocuments } from '../../src/parsing/documents.ts'

const values = (text: string) => [...parseDocuments(text)].map(({ value }) => value)

test('documents are read in order, with aliases and merge keys', () => {
  assert.deepEqual(values('a: &x {b: 1}\nc: {<<: *x, d: *x}\n---\n- 2\n---\n'), [
    { a: { b: 1 }, c: { b: 1, d: { b: 1 } } },
    [2],
    null,
  ])
  assert.deepEqual(values(''), [])
})

test('an alias stands for the last anchor of its name', () => {
  assert.deepEqual(values('- &a 1\n- &a 2\n- *a\n'), [[1, 2, 2]])
})

for (const [format, text] of [
  ['YAML', '\nkind: List\nitems:\n- a: [1, 2]\n- b:\n    "c": x\n    d:\n'],
  [
    'JSON',
    '\n{"kind": "List", "kind": "List", "items":\n[{"a": [1, 2]},\n{"b": {\n"c\\u0020": "]\\"",\n"d" : null}}]}',
  ],
] as const) {
  test(`the line of a value is found in ${format}, or that of the nearest one around it`, () => {
    const [document] = [...parseDocuments(text)]
    const { items } = document!.value as { items: { b?: { d: unknown } }[] }
    assert.equal(items[1]!.b!.d, null)
    const lines = [[], ['kind'], ['items', 0, 'a', 1], ['items', 1], ['items', 1, 'b', 'd'], ['items', 1, 'b', 'none']]
    const expected = { YAML: [2, 2, 4, 5, 7, 6], JSON: [2, 2, 3, 4, 6, 4] }[format]
    assert.deepEqual(
      lines.map((path) => document!.lineOf(path)),
      expected,
    )
  })
}

test('text that begins like JSON and is YAML is read as YAML', () => {
  assert.deepEqual(values('{a: 1}\n---\n[b]\n'), [{ a: 1 }, ['b']])
})
