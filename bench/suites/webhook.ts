import { execFileSync } from 'node:child_process'
import { controlPlaneObstacle, startControlPlane } from '../../test/cluster/harness/index.ts'
import { VPA_VERSION } from '../go-tools.ts'
import { median, range } from '../median.ts'
import type { Figure, Suite } from '../suite.ts'
import { SIZES, type Size } from '../webhook/reviews.ts'
import { held, residentBytesOf, type Start, startOfPlimsoll, startOfVpa, storeCopies } from '../webhook/scale.ts'
import { type Bench, type Server, startBench } from '../webhook/servers.ts'
import { type Loads, measureThroughput, SERVERS } from '../webhook/throughput.ts'
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
      const few = await measureThroughput(bench, SIZES, SERVERS, tell)
      await storeCopies(cluster, 0, MANY)
      await held(bench.plimsoll, MANY)
      const starts = await startEach(cluster, bench, tell)
      const residentBare = residentBytesOf(bench.barePid)
      await storeCopies(cluster, MANY, VERY_MANY)
      await held(bench.plimsoll, VERY_MANY)
      const many = await measureThroughput(bench, ['3KB'], ['plimsoll', 'bare'], tell)
      return {
        figures: [...comparisons(few), ...scaling(few, many, starts, residentBare)],
        notes: [
          ...SIZES.flatMap((size) => SERVERS.map((server) => describe(size, server, few[size]![server]!))),
          ...notesOf(starts),
        ],
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

/** Round by round, as rounds of one time met the same machine; then the median. */
function comparisons(loads: Loads): Figure[] {
  return SIZES.flatMap((size) => {
    const { plimsoll, vpa, bare } = loads[size] as Record<Server, readonly Load[]>
    const ratio = (of: (load: Load) => number, peer: readonly Load[]) =>
      median(plimsoll.map((load, round) => of(load) / of(peer[round]!)))
    return [
      { name: `throughput, ${size}, of VPA's`, value: ratio((load) => load.requestsPerSecond, vpa) },
      { name: `p99, ${size}, of VPA's`, value: ratio((load) => load.p99Milliseconds, vpa) },
      { name: `throughput, ${size}, of the bare handler's`, value: ratio((load) => load.requestsPerSecond, bare) },
    ]
  })
}

function scaling(few: Loads, many: Loads, starts: Starts, residentBare: number): Figure[] {
  const share = ({ '3KB': loads }: Loads) =>
    median(
      loads!.plimsoll!.map(
        ({ requestsPerSecond }, round) => requestsPerSecond / loads!.bare![round]!.requestsPerSecond,
      ),
    )
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

function describe(size: Size, server: Server, loads: readonly Load[]): string {
  const of = (figure: (load: Load) => number, digits: number) => range(loads.map(figure), digits)
  return (
    `${size} ${server.padEnd(8)} ${of((load) => load.requestsPerSecond, 0)} requests/s, ` +
    `p50 ${of((load) => load.p50Milliseconds, 2)} ms, p99 ${of((load) => load.p99Milliseconds, 2)} ms`
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
