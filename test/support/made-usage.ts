// Generates realistic usage by integer arithmetic, so that it is the same on every machine and in every language.
import { UsageColumns } from '../../src/history/index.ts'

export const STEP_SECONDS = 300
const DAY = 86_400 / STEP_SECONDS
const START_SECONDS = 1_767_571_200

interface Shape {
  /** At sample `i`, from 0 for the first one; noise is 0..999. */
  readonly cores: (i: number, noise: number) => number
  readonly mebibytes: (i: number, noise: number) => number
  readonly from?: number
  /** Samples that are missing. */
  readonly gap?: readonly [from: number, to: number]
}

const isNoon = (i: number) => i % DAY > 130 && i % DAY < 170
const SHAPES: Readonly<Record<string, Shape>> = {
  idle: { cores: (_, noise) => (noise < 3 ? 0.004 : 0), mebibytes: (_, noise) => 6 + (noise % 3) },
  office: {
    cores: (i, noise) => (isNoon(i) ? 1900 + noise : 150 + (noise % 100)) / 1000,
    mebibytes: (i, noise) => (isNoon(i) ? 900 : 600) + (noise % 90),
    from: 7,
  },
  leaking: { cores: (_, noise) => (200 + noise) / 1000, mebibytes: (i, noise) => 300 + (i % 2000) / 4 + (noise % 40) },
  bursting: {
    cores: (_, noise) => (noise < 12 ? 6500 : 40 + (noise % 30)) / 1000,
    mebibytes: (i, noise) => (noise < 8 ? 2000 + (i % 700) : 180 + (noise % 25)),
    gap: [11 * DAY, 12 * DAY + 85],
  },
}

/** Usage of four containers over three weeks. */
export function madeUsage(days = 21): UsageColumns[] {
  return Object.entries(SHAPES).map(([name, { cores, mebibytes, from = 0, gap = [0, 0] }], index) => {
    const columns = new UsageColumns({ workload: { namespace: 'default', kind: 'Deployment', name }, container: name })
    let state = 1234 + index
    for (let i = 0; i < days * DAY; i++) {
      state = (state * 48_271) % 2_147_483_647
      if (i >= gap[0] && i < gap[1]) continue
      columns.add({
        container: columns.container,
        pod: '',
        timestampSeconds: START_SECONDS + (from + i) * STEP_SECONDS,
        cpuCores: cores(i, state % 1000),
        memoryBytes: mebibytes(i, state % 1000) * 2 ** 20,
      })
    }
    return columns
  })
}

/** In the columns `workload,timestamp,cpu_cores,memory_bytes`. */
export function toUsageCsv(history: readonly UsageColumns[]): string {
  const lines = ['workload,timestamp,cpu_cores,memory_bytes']
  for (const usage of history) {
    for (let i = 0; i < usage.length; i++) {
      const { timestampSeconds, cpuCores, memoryBytes } = usage.sampleAt(i)
      lines.push([usage.container.workload.name, timestampSeconds, cpuCores, memoryBytes].join(','))
    }
  }
  return `${lines.join('\n')}\n`
}

/** When a container is decided on: at an hour, six hours, and every cadence, while it has samples. */
export function turnsOf(firstSeconds: number, lastSeconds: number, cadenceSeconds: number): number[] {
  const turns = new Set([firstSeconds + 3600, firstSeconds + 6 * 3600])
  for (let at = firstSeconds + cadenceSeconds; at <= lastSeconds; at += cadenceSeconds) turns.add(at)
  return [...turns].sort((a, b) => a - b)
}
