import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { workerArguments } from '../../src/supervisor/index.ts'
import { goObstacle, goProgram, VPA_VERSION } from '../go-tools.ts'
import type { Steady } from '../learner/steady.ts'
import { median, range } from '../median.ts'
import type { Figure, Suite } from '../suite.ts'

const FEW = 10_000
const MANY = 50_000
const SIZES = [FEW, MANY] as const
type Size = (typeof SIZES)[number]
/** Of eleven minutes each. */
const ROUNDS = 5
const MINUTE_MILLISECONDS = 60_000
const KIB = 1024
const MIB = 2 ** 20
const run = promisify(execFile)

type Rounds = Readonly<Record<Size, readonly Steady[]>>

export const suite: Suite = {
  about: `the learner in its steady state, a sample a minute of each container, beside the model of VPA ${VPA_VERSION}'s recommender`,
  async run(tell) {
    const obstacle = goObstacle()
    if (obstacle !== undefined) return { skipped: obstacle }
    const source = readFileSync(join(import.meta.dirname, '..', 'go', 'recommender', 'main.go'))
    const digest = createHash('sha256').update(source).digest('hex').slice(0, 8)
    const vpa = goProgram(`recommender-${digest}`, './recommender', tell)
    const steady = join(import.meta.dirname, '..', 'learner', 'steady.ts')
    const plimsoll: Record<Size, Steady[]> = { 10000: [], 50000: [] }
    // With more, the peer is at setting up for minutes: it looks at every autoscaler for every Pod that comes.
    const peer: Steady[] = []
    for (let round = 0; round < ROUNDS; round++) {
      peer.push(await measure(vpa, String(FEW)))
      for (const size of SIZES)
        plimsoll[size].push(await measure(process.execPath, ...workerArguments(0, 0), steady, String(size)))
      tell(`round ${round + 1} of ${ROUNDS}`)
    }
    return {
      figures: [...figuresOf(plimsoll), ...comparisons(plimsoll, peer)],
      notes: [describe('vpa', peer), ...SIZES.map((size) => describe('plimsoll', plimsoll[size]))],
    }
  },
}

async function measure(program: string, ...args: string[]): Promise<Steady> {
  return JSON.parse((await run(program, args)).stdout) as Steady
}

const perContainer = ({ learnedBytes, baseBytes, containers }: Steady) => (learnedBytes - baseBytes) / containers
const minute = ({ sampleMilliseconds, publishMilliseconds }: Steady) => sampleMilliseconds + publishMilliseconds
const perMinute = (steady: Steady) => minute(steady) / steady.containers

function figuresOf(rounds: Rounds): Figure[] {
  const of = (size: Size, figure: (steady: Steady) => number) => median(rounds[size].map(figure))
  return [
    ...SIZES.flatMap((size) => [
      { name: `share of a core, ${size} containers`, value: of(size, minute) / MINUTE_MILLISECONDS },
      {
        name: `KiB allocated a container and minute, ${size} containers`,
        value: of(size, ({ allocatedBytes, containers }) => allocatedBytes / containers) / KIB,
      },
    ]),
    { name: `CPU a container, ${MANY} of that with ${FEW}`, value: of(MANY, perMinute) / of(FEW, perMinute) },
    {
      name: `KiB a container, from ${FEW} to ${MANY}`,
      value:
        (of(MANY, ({ learnedBytes }) => learnedBytes) - of(FEW, ({ learnedBytes }) => learnedBytes)) /
        (MANY - FEW) /
        KIB,
    },
  ]
}

/** Round by round, as rounds of one time met the same machine; then the median. */
function comparisons({ [FEW]: plimsoll }: Rounds, vpa: readonly Steady[]): Figure[] {
  const ratio = (of: (steady: Steady) => number) =>
    median(plimsoll.map((steady, round) => of(steady) / of(vpa[round]!)))
  return [
    { name: `CPU, ${FEW} containers, of VPA's`, value: ratio(minute) },
    { name: `memory a container, ${FEW} containers, of VPA's`, value: ratio(perContainer) },
  ]
}

function describe(who: string, rounds: readonly Steady[]): string {
  const { containers } = rounds[0]!
  const of = (figure: (steady: Steady) => number, digits = 0) => range(rounds.map(figure), digits)
  return (
    `${who.padEnd(8)} ${containers} containers, a minute: samples ${of((steady) => steady.sampleMilliseconds)} ms CPU, ` +
    `recommendations ${of((steady) => steady.publishMilliseconds)} ms CPU, ` +
    `${of(({ allocatedBytes }) => allocatedBytes / MIB)} MiB allocated; resident ${of(({ baseBytes }) => baseBytes / MIB)} MiB without ` +
    `containers, ${of(({ learnedBytes }) => learnedBytes / MIB)} with what was learned, ` +
    `${of(({ residentBytes }) => residentBytes / MIB)} with the Recommendations`
  )
}
