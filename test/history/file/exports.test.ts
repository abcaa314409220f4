import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UsageSample } from '../../../src/history/index.ts'
import { readText } from '../support.ts'
import { EXPORTS, usageOf } from './exports.ts'
import { JSON_EXPORTS } from './exports-json.ts'

const ROWS = usageOf(60)

/** CPU and memory of each Pod and time, in any distribution over samples. */
function valuesOf(samples: readonly UsageSample[]): Map<string, string> {
  const values = new Map<string, { cores: number; bytes: number }>()
  for (const { container, pod, timestampSeconds, cpuCores, memoryBytes } of samples) {
    const { namespace, kind, name } = container.workload
    const key = `${namespace}/${kind}/${name}/${container.container}/${pod}@${Math.floor(timestampSeconds)}`
    const value = values.get(key) ?? { cores: Number.NaN, bytes: Number.NaN }
    values.set(key, value)
    if (!Number.isNaN(cpuCores)) value.cores = cpuCores
    if (!Number.isNaN(memoryBytes)) value.bytes = memoryBytes
  }
  const text = ({ cores, bytes }: { cores: number; bytes: number }) => `${cores.toFixed(6)} ${Math.round(bytes)}`
  return new Map([...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, text(value)]))
}

const EXPECTED = valuesOf(
  ROWS.map(({ namespace, kind, workload, container, pod, seconds, cores, bytes }) => ({
    container: { workload: { namespace, kind, name: workload }, container },
    ...{ pod, timestampSeconds: seconds, cpuCores: cores, memoryBytes: bytes },
  })),
)

for (const { name, write, options = {}, says = /^/, isSplit } of [...EXPORTS, ...JSON_EXPORTS]) {
  test(`the same usage is read from a file with ${name}`, async (t) => {
    const { samples, summary } = await readText(t, write(ROWS), { file: options })
    assert.deepEqual(valuesOf(samples), EXPECTED)
    assert.deepEqual(summary.firstBad, [])
    assert.equal(summary.used + Object.values(summary.leftOut).reduce((sum, count) => sum + count), summary.rows)
    assert.match(summary.assumed.join('\n'), says)
    if (!isSplit) assert.equal(samples.length, ROWS.length)
  })
}
