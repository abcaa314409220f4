import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { REFERENCE, referencePages } from '../../scripts/reference/pages.ts'

describe('the reference is what "npm run generate" makes of the code:', () => {
  for (const [name, text] of Object.entries(referencePages()))
    test(`docs/reference/${name}`, () => assert.equal(readFileSync(join(REFERENCE, name), 'utf8'), text))
})
