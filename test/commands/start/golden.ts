import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Compares with `golden/<name>`. After a wanted change, run the tests with UPDATE_GOLDEN=1 and read the difference. */
export function assertGolden(name: string, text: string): void {
  const path = join(import.meta.dirname, 'golden', name)
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text)
  assert.ok(existsSync(path), `${path} is missing: run the tests with UPDATE_GOLDEN=1`)
  assert.equal(text, readFileSync(path, 'utf8'))
}
