import { execFileSync } from 'node:child_process'
import { controlPlaneObstacle, startControlPlane } from '../../test/cluster/harness/index.ts'
import { VPA_VERSION } from '../go-tools.ts'
import { median, range } from '../median.ts'
import type { Figure, Suite } from '../suite.ts'
import { SIZES } from '../webhook/reviews.ts'
import { held, residentBytesOf, type Start, startOfPlimsoll, startOfVpa, storeCopies } from '../webhook/scale.ts'
import { type Bench, startBench } from '../webhook/servers.ts'
import { type Loads, measureThroughput, SERVERS } from '../webhook/throughput.ts'
import type { Kind } from '../webhook/varied.ts'
import { buildVpa } from '../webhook/vpa.ts'
import type { Load } from '../webhook/wrk.ts'

const MANY = 20_000
const VERY_MANY = 50_000
const STARTS = 5

export const suite: Suite = {
  about: `Plimsoll's webhook beside VPA ${VPA_VERSION}'s and a handler that only parses, under the same load`,
  async run(tell) {
    const skipped = controlPlaneObstacle() ?? wrkObstacle()
    if (skipped !== undefined) return { skipped }
    buildVpa(tell)
    const cluster = await startControlPlane({ progress: tell })
    try {
      const bench = await startBench(cluster)
      const few = await measureThroughput(bench, 'replicas', SIZES, SERVERS, tell)
      // VPA looks up the ReplicaSet, and there is none of each new template.
      const fresh = await measureThroughput(bench, 'new templates', SIZES, ['plimsoll', 'bare'], tell)
      await storeCopies(cluster, 0, MANY)
      await held(bench.plimsoll, MANY)
      const starts = await startEach(cluster, bench, tell)
      const residentBare = residentBytesOf(bench.pids.bare)
      await storeCopies(cluster, MANY, VERY_MANY)
      await held(bench.plimsoll, VERY_MANY)
      const many = await measureThroughput(bench, 'replicas', ['3KB'], ['plimsoll', 'bare'], tell)
      return {
        figures: [
          ...besideVpa(few),
          ...besideBare('replicas', few),
          ...besideBare('new templates', fresh),
          ...scaling(few, many, starts, residentBare),
        ],
        notes: [...describe('replicas', few), ...describe('new templates', fresh), ...notesOf(starts)],
      }
    } finally {
      await cluster.stop()
    }
  },
}

type Starts = Readonly<Record<'plimsoll' | 'vpa', readonly Start[]>>

async function startEach(
  cluster: Parameters<typeof startOfVpa>[0],
  bench: Bench,
  tell: (text: string) => void,
): Promise<Starts> {
  const starts = { plimsoll: [] as Start[], vpa: [] as Start[] }
  for (let i = 0; i < STARTS; i++) {
    starts.plimsoll.push(await startOfPlimsoll(bench))
    starts.vpa.push(await startOfVpa(cluster, bench))
    tell(`start ${i + 1} of ${STARTS}, with ${MANY} recommendations`)
  }
  return starts
}

/** Compares two servers round by round, because the rounds of one time met the same machine; then takes the median. */
function ratio(of: (load: Load) => number, loads: readonly Load[] = [], peer: readonly Load[] = []): number {
  return median(loads.map((load, round) => of(load) / of(peer[round]!)))
}

function besideVpa(loads: Loads): Figure[] {
  return SIZES.flatMap((size) => {
    const { plimsoll, vpa } = loads[size]!
    return [
      { name: `throughput, ${size}, of VPA's`, value: ratio((load) => load.requestsPerSecond, plimsoll, vpa) },
      { name: `p99, ${size}, of VPA's`, value: ratio((load) => load.p99Milliseconds, plimsoll, vpa) },
    ]
  })
}

function besideBare(kind: Kind, loads: Loads): Figure[] {
  return SIZES.flatMap((size) => {
    const { plimsoll, bare } = loads[size]!
    const name = `${kind}, ${size}, of the bare handler's`
    return [
      { name: `throughput, ${name}`, value: ratio((load) => load.requestsPerSecond, plimsoll, bare) },
      { name: `CPU, ${name}`, value: ratio((load) => load.cpuMicroseconds, plimsoll, bare) },
    ]
  })
}

function scaling(few: Loads, many: Loads, starts: Starts, residentBare: number): Figure[] {
  const share = ({ '3KB': loads }: Loads) => ratio((load) => load.requestsPerSecond, loads!.plimsoll, loads!.bare)
  const seconds = (of: keyof Starts) => median(starts[of].map((start) => start.seconds))
  return [
    { name: `throughput with ${VERY_MANY} recommendations, of that with two`, value: share(many) / share(few) },
    {
      name: `memory with ${MANY} recommendations, of the bare handler's`,
      value: median(starts.plimsoll.map((start) => start.residentBytes)) / residentBare,
    },
    { name: `start with ${MANY} recommendations, of VPA's`, value: seconds('plimsoll') / seconds('vpa') },
  ]
}

function describe(kind: Kind, loads: Loads): string[] {
  return SIZES.flatMap((size) =>
    Object.entries(loads[size]!).map(([server, all]) => {
      const of = (figure: (load: Load) => number, digits: number) => range(all.map(figure), digits)
      return (
        `${kind}, ${size}, ${server.padEnd(8)} ${of((load) => load.requestsPerSecond, 0)} requests/s, ` +
        `p50 ${of((load) => load.p50Milliseconds, 2)} ms, p99 ${of((load) => load.p99Milliseconds, 2)} ms, ` +
        `CPU ${of((load) => load.cpuMicroseconds, 0)} µs a request`
      )
    }),
  )
}

function notesOf(starts: Starts): string[] {
  return Object.entries(starts).map(
    ([server, all]) =>
      `${server} with ${MANY}: first Pod patched after ${all.map(({ seconds }) => seconds.toFixed(2)).join(', ')} s, ` +
      `${all.map(({ residentBytes }) => (residentBytes / 2 ** 20).toFixed(0)).join(', ')} MiB resident`,
  )
}

function wrkObstacle(): string | undefined {
  try {
    execFileSync('wrk', ['--version'], { stdio: 'ignore' })
  } catch (error) {
    // It prints its version, and ends with 1.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'missing on this machine: apt-get install wrk'
  }
}
