import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { readPrices } from '../../src/readers/index.ts'

describe('a table of prices', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plimsoll-prices-'))
  })
  after(() => rm(folder, { recursive: true }))

  async function read(text: string) {
    const prices = join(folder, 'prices.yaml')
    await writeFile(prices, text)
    return await readPrices({ prices })
  }

  const refused: Record<string, RegExp> = {
    'coreHour: cheap\n': /coreHour/,
    'currency: dollars\n': /currency by its three letters/,
    'pools: [{name: spot, labels: {}, coreHour: 1, gibHour: 1}]\n': /at least one label/,
    'corehour: 1\n': /corehour/,
    'a: &a [1]\nb: *a\n': /aliases/,
    'coreHour: [1\n': /Flow sequence/,
  }
  for (const [text, expected] of Object.entries(refused)) {
    test(`is refused, with the file and what is wrong in it: ${JSON.stringify(text)}`, async () => {
      await assert.rejects(read(text), ({ name, message }: Error) => {
        assert.equal(name, 'ReaderError')
        assert.match(message, /^--prices .*prices\.yaml/)
        assert.match(message, expected)
        return true
      })
    })
  }

  test('that does not exist is refused with its path', async () => {
    const prices = join(folder, 'missing.yaml')
    await assert.rejects(readPrices({ prices }), { name: 'ReaderError', message: /missing\.yaml cannot be read/ })
  })

  test('returns its prices, and the default ones for the rest', async () => {
    const usual = await readPrices({})
    assert.deepEqual(await read('currency: EUR\ncoreHour: 0.06\n'), { ...usual, currency: 'EUR', coreHour: 0.06 })
    assert.deepEqual(await read(''), usual)
    assert.deepEqual(await readPrices({ cpuPrice: 1, memoryPrice: 2 }), { ...usual, coreHour: 1, gibHour: 2 })
  })
})
