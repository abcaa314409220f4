import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonsPage } from '../../scripts/reasons/page.ts'
import { REASONS } from '../../src/policy/index.ts'
import { ERRORS } from '../../src/webhook/errors.ts'

test('every code has its own row, with what it says and what to do', () => {
  const page = reasonsPage()
  for (const [code, { says, act }] of [...Object.entries(REASONS), ...Object.entries(ERRORS)]) {
    const rows = page.split('\n').filter((row) => row.includes(`\`${code}\` |`))
    assert.equal(rows.length, 1, code)
    assert.ok(rows[0]!.toLowerCase().includes(says.toLowerCase().replaceAll('|', '\\|').replaceAll('<', '&lt;')), code)
    assert.ok(rows[0]!.endsWith(`${act.replaceAll('|', '\\|').replaceAll('<', '&lt;')} |`), code)
  }
})

test('a reason and an error never share a code, as metrics and audit annotations do not tell them apart', () => {
  assert.deepEqual(
    Object.keys(REASONS).filter((code) => Object.hasOwn(ERRORS, code)),
    [],
  )
})

test('what a code says is a clause, and what to do a whole sentence', () => {
  for (const [code, { says, act }] of Object.entries(REASONS)) {
    assert.match(code, /^([A-Z][a-z]+)+$/, code)
    assert.match(says, /^[a-zA-Z].*[^.]$/, code)
    assert.match(act, /^[A-Z].*\.$/, code)
  }
})
