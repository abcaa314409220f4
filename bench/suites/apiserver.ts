import { controlPlaneObstacle, startControlPlane } from '../../test/cluster/harness/index.ts'
import { Api } from '../../test/cluster/support/api.ts'
import { paced, quantile } from '../apiserver/paced.ts'
import { create, podFor, registerServers, seeThemWork } from '../apiserver/registrations.ts'
import { VPA_VERSION } from '../go-tools.ts'
import { median, range } from '../median.ts'
import type { Figure, Suite } from '../suite.ts'
import { SIZES, type Size } from '../webhook/reviews.ts'
import { type Bench, SERVERS, startBench } from '../webhook/servers.ts'
import { buildVpa } from '../webhook/vpa.ts'

const PER_SECOND = 100
const SECONDS = 4
const ROUNDS = 7
const CALLED = ['none', ...SERVERS] as const
type Called = (typeof CALLED)[number]

/** Quantiles of each round, milliseconds. */
interface Latency {
  readonly p50: number
  readonly p99: number
}
type Latencies = Record<Size, Record<Called, Latency[]>>

export const suite: Suite = {
  about: `what a webhook adds to creating a Pod: Plimsoll, VPA ${VPA_VERSION}, and a handler that only parses`,
  async run(tell) {
    const skipped = controlPlaneObstacle()
    if (skipped !== undefined) return { skipped }
    buildVpa(tell)
    const cluster = await startControlPlane({ progress: tell })
    const api = new Api(cluster)
    try {
      const bench = await startBench(cluster)
      await registerServers(api, bench)
      await seeThemWork(api, bench.reviews['3KB'])
      const latencies = await measure(api, bench, tell)
      return {
        figures: SIZES.flatMap((size) => figures(size, latencies[size])),
        notes: SIZES.flatMap(tableOf(latencies)),
      }
    } finally {
      api.close()
      await cluster.stop()
    }
  },
}

/** All in turn, so that what else the machine does meets them alike. */
async function measure(api: Api, { reviews }: Bench, tell: (text: string) => void): Promise<Latencies> {
  const empty = () => Object.fromEntries(CALLED.map((called) => [called, [] as Latency[]])) as Latencies[Size]
  const latencies: Latencies = { '3KB': empty(), '10KB': empty() }
  for (let round = -1; round < ROUNDS; round++) {
    for (const size of SIZES) {
      for (let i = 0; i < CALLED.length; i++) {
        const called = CALLED[(ROUNDS + round + i) % CALLED.length]!
        const pod = podFor(reviews[size], called)
        const times = await paced(() => create(api, pod), { perSecond: PER_SECOND, seconds: SECONDS })
        // Compilers and caches warm up first.
        if (round >= 0) latencies[size][called].push({ p50: quantile(times, 0.5), p99: quantile(times, 0.99) })
      }
    }
    tell(round < 0 ? 'warm' : `round ${round + 1} of ${ROUNDS}: ${CALLED.join(', ')}`)
  }
  return latencies
}

/** What each adds, of what VPA adds. Differences of single rounds may be next to nothing: medians come first. */
function figures(size: Size, latencies: Latencies[Size]): Figure[] {
  return (['p50', 'p99'] as const).map((quantile) => {
    const [plimsoll, vpa] = (['plimsoll', 'vpa'] as const).map((server) => median(added(latencies, server, quantile)))
    return { name: `added latency, ${quantile}, ${size}, of VPA's`, value: plimsoll! / vpa! }
  })
}

/** By round, milliseconds. */
function added(
  { none, ...called }: Latencies[Size],
  server: Exclude<Called, 'none'>,
  quantile: keyof Latency,
): number[] {
  return called[server].map((latency, round) => latency[quantile] - none[round]![quantile])
}

function tableOf(latencies: Latencies) {
  return (size: Size): string[] =>
    CALLED.map((called) => {
      const all = latencies[size][called]
      const whole = (['p50', 'p99'] as const).map(
        (name) =>
          `${name} ${range(
            all.map((one) => one[name]),
            2,
          )} ms`,
      )
      const more =
        called === 'none'
          ? []
          : (['p50', 'p99'] as const).map((name) => `${name} + ${range(added(latencies[size], called, name), 2)} ms`)
      return `${size} ${called.padEnd(8)} ${[...whole, ...more].join(', ')}`
    })
}
