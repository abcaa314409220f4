import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { allSuites, selected } from '../../scripts/ci/suites.ts'

const ROOT = join(import.meta.dirname, '../..')
const suites = allSuites(ROOT)

describe('what CI runs', () => {
  test('has every test file of a kind that npm test leaves out, each in one suite', () => {
    const files = globSync('test/**/*.{cluster,browser,soak}.ts', { cwd: ROOT })
    assert.ok(files.length > 20)
    for (const file of files) assert.equal(suites.filter(({ command }) => command.includes(file)).length, 1, file)
  })

  test('has no two suites of one name, and needs only what there is', () => {
    const names = suites.map(({ name }) => name)
    assert.equal(new Set(names).size, names.length)
    for (const { name, needs = [] } of suites)
      for (const need of needs) assert.ok(names.includes(need), `${name}: ${need}`)
  })
})

describe('a selection', () => {
  test('is everything where nothing is named, and else the groups with what they need', () => {
    assert.deepEqual(selected(suites, []), suites)
    const chosen = selected(suites, ['availability'])
    assert.deepEqual([...new Set(chosen.map(({ group }) => group))], ['programs', 'availability'])
    assert.deepEqual(
      selected(suites, ['lint']).map(({ name }) => name),
      ['lint'],
    )
  })

  test('of what there is not is refused with what there is', () => {
    assert.throws(() => selected(suites, ['lint', 'everything']), /no suites "everything": expected .*lint.*cluster/)
  })
})
