import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { hasRoomWhenEmpty, type Packed, type Problem } from '../../src/nodes/index.ts'

const TRACES = join(import.meta.dirname, '..', '..', '..', 'shared', 'traces')

/** Why tests on the trace are skipped; undefined where it is present. */
export const WITHOUT_OPENB = existsSync(join(TRACES, 'openb-nodes.csv'))
  ? undefined
  : `${TRACES} has no openb-nodes.csv: the trace is not part of the repository`

export interface OpenbPod {
  readonly cpuMillicores: number
  readonly memoryMib: number
  readonly gpus: number
  readonly gpuMilli: number
}

export function openbPods(): OpenbPod[] {
  return rowsOf(gunzipSync(readFileSync(join(TRACES, 'openb-pods.csv.gz'))).toString()).map(
    ([, cpu, memory, gpus, share]) => ({
      cpuMillicores: Number(cpu),
      memoryMib: Number(memory),
      gpus: Number(gpus),
      gpuMilli: Number(gpus) === 1 ? Number(share) : 1000,
    }),
  )
}

export function isWholeGpu({ gpus, gpuMilli }: OpenbPod): boolean {
  return gpus > 0 && gpuMilli === 1000
}

/** The Pods on all nodes of the trace as if these were empty, each node at a price of 1. */
export function openbProblem(pods: readonly OpenbPod[]): Problem {
  const nodes = rowsOf(readFileSync(join(TRACES, 'openb-nodes.csv'), 'utf8'))
  const kinds = [...Map.groupBy(nodes, ([, ...rest]) => rest.join())].map(([group, its]) => {
    const [cpu, memory, gpus] = its[0]!.slice(1).map(Number) as [number, number, number]
    const capacity = Float64Array.from([cpu, memory, gpus * 1000])
    return { group, capacity, count: its.length, fixed: 0, price: 1, devices: gpus }
  })
  const classes = [...Map.groupBy(pods, (pod) => Object.values(pod).join()).values()].map((its) => {
    const { cpuMillicores, memoryMib, gpus, gpuMilli } = its[0]!
    const devices = gpus > 0 ? { count: gpus, milli: gpuMilli } : undefined
    const size = {
      demand: Float64Array.from([cpuMillicores, memoryMib, gpus * gpuMilli]),
      ...(devices && { devices }),
    }
    const takes = [...kinds.keys()].filter((kind) => hasRoomWhenEmpty(kinds[kind]!, size))
    return { ...size, count: its.length, kinds: takes, owns: [], matches: [] }
  })
  return { resources: ['cpu', 'memory', 'gpu-milli'], kinds, classes, rules: [] }
}

export function gpusPlaced({ classes }: Problem, { leftOut }: Packed): number {
  return classes.reduce((sum, { count, demand }, c) => sum + (count - leftOut[c]!) * demand[2]!, 0) / 1000
}

export function gpuNodes({ kinds }: Problem, { needed }: Packed): number {
  return needed.reduce((sum, count, kind) => sum + (kinds[kind]!.devices > 0 ? count : 0), 0)
}

function rowsOf(text: string): string[][] {
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
}
