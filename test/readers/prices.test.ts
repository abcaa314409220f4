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
    'nodes: [{name: large, nodeHour: 1}]\n': /expected labels, or cpu, memory and pods/,
    'nodes: [{name: large, nodeHour: 1, cpu: 4}]\n': /expected cpu, memory and pods together/,
    'nodes: [{name: large, nodeHour: 1, cpu: -4, memory: 1Gi, pods: 1}]\n': /quantity above 0/,
    'nodes: [{name: large, nodeHour: -1, labels: {a: b}}]\n': /nodeHour/,
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

  test('has shapes of nodes in cores and bytes', async () => {
    const { nodes } = await read('nodes: [{name: m7i.xlarge, nodeHour: 0.2, cpu: 3920m, memory: 14.5Gi, pods: 58}]\n')
    assert.deepEqual(nodes, [{ name: 'm7i.xlarge', nodeHour: 0.2, cpu: 3.92, memory: 14.5 * 2 ** 30, pods: 58 }])
  })

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
