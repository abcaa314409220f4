import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gapsWithoutRules } from '../bill/gaps.ts'
import { median } from '../median.ts'
import type { Suite } from '../suite.ts'

const MEASURE = join(import.meta.dirname, '..', 'bill', 'measure.ts')
const MIB = 2 ** 20

const CLUSTERS = [
  { name: '10,000 Pods of 1,000 workloads on 500 nodes', sizes: [10_000, 1000, 500] },
  { name: '10,000 distinct Pods on 500 nodes', sizes: [10_000, 10_000, 500] },
  { name: '50,000 Pods of 5,000 workloads on 5,000 nodes', sizes: [50_000, 5000, 5000] },
]

interface Measured {
  readonly cpuSeconds: number
  readonly bytesAbove: number
  readonly needed: readonly number[]
  readonly atLeast: readonly number[]
}

export const suite: Suite = {
  about: 'CPU time and memory of the bill with four sets of requests that all differ, and how far it is from the bound',
  async run(tell) {
    const figures = []
    const notes = []
    for (const { name, sizes } of CLUSTERS) {
      tell(name)
      const { stdout } = await promisify(execFile)(process.execPath, [MEASURE, ...sizes.map(String)])
      const { cpuSeconds, bytesAbove, needed, atLeast } = JSON.parse(stdout) as Measured
      const gaps = needed.map((count, i) => count / atLeast[i]! - 1)
      figures.push(
        { name: `seconds, ${name}`, value: cpuSeconds },
        { name: `MiB, ${name}`, value: bytesAbove / MIB },
        { name: `largest gap to the bound, ${name}`, value: Math.max(...gaps) },
      )
      notes.push(`${name}: ${needed.join(', ')} nodes, at least ${atLeast.join(', ')}`)
    }
    tell('ten seeded clusters')
    const gaps = await gapsWithoutRules()
    figures.push({ name: 'gap to the bound, ten clusters without rules between Pods, median', value: median(gaps) })
    notes.push(`gaps of the ten clusters: ${gaps.map((gap) => `${(100 * gap).toFixed(1)} %`).join(', ')}`)
    return { figures, notes }
  },
}
