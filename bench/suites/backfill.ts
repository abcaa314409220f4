import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { workerArguments } from '../../src/supervisor/index.ts'
import { startPrometheus, whyNoPrometheus } from '../../test/prometheus/real-prometheus.ts'
import { DAYS, fortnightOf, STEP_SECONDS } from '../backfill/series.ts'
import { median, range } from '../median.ts'
import type { Suite } from '../suite.ts'

const CONTAINERS = 10_000
/** Of a minute or two for each of the two. */
const ROUNDS = 5
const MIB = 2 ** 20
const PROGRAMS = join(import.meta.dirname, '..', 'backfill')
const run = promisify(execFile)

interface Learned {
  readonly seconds: number
  readonly samples: number
  readonly ignored: number
  readonly residentBytes: number
  readonly requests: number
}

interface Fetched {
  readonly seconds: number
  readonly bytes: number
  readonly residentBytes: number
}

export const suite: Suite = {
  about: `learning ${DAYS} days of ${CONTAINERS} containers from a Prometheus, beside fetching and parsing the same answers`,
  async run(tell) {
    const skipped = whyNoPrometheus()
    if (skipped !== undefined) return { skipped }
    tell(`making ${DAYS} days of series of ${CONTAINERS} containers`)
    const directory = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'))
    const prometheus = await startPrometheus(fortnightOf(CONTAINERS))
    try {
      const file = join(directory, 'requests.json')
      const { url } = prometheus
      const learn = () => program<Learned>('learn.ts', url, String(CONTAINERS), file)
      // Prometheus reads its blocks for the first time here.
      await learn()
      tell('warm')
      const learned: Learned[] = []
      const fetched: Fetched[] = []
      for (let round = 0; round < ROUNDS; round++) {
        learned.push(await learn())
        fetched.push(await program<Fetched>('fetch.ts', url, file))
        tell(`round ${round + 1} of ${ROUNDS}`)
      }
      const { samples, ignored, requests } = learned[0]!
      const expected = (CONTAINERS * DAYS * 86_400) / STEP_SECONDS
      if (samples + ignored < expected * 0.99) throw new Error(`learned ${samples} samples, expected ${expected}`)
      const seconds = (all: readonly { readonly seconds: number }[]) =>
        range(
          all.map((one) => one.seconds),
          1,
        )
      return {
        figures: [
          {
            name: 'time, of fetching and parsing the same answers',
            value: median(learned.map((one, round) => one.seconds / fetched[round]!.seconds)),
          },
          { name: 'MiB resident at most', value: median(learned.map((one) => one.residentBytes / MIB)) },
        ],
        notes: [
          `learned ${samples} samples in ${requests} answers of ${(fetched[0]!.bytes / MIB).toFixed(0)} MiB in ${seconds(learned)} s`,
          `fetched and parsed them in ${seconds(fetched)} s, ${range(
            fetched.map((one) => one.residentBytes / MIB),
            0,
          )} MiB resident at most`,
        ],
      }
    } finally {
      await prometheus.stop()
      rmSync(directory, { recursive: true, force: true })
    }
  },
}

/** With the young generation that the learner has in a cluster. */
async function program<T>(name: string, ...args: string[]): Promise<T> {
  return JSON.parse(
    (await run(process.execPath, [...workerArguments(0, 0), join(PROGRAMS, name), ...args])).stdout,
  ) as T
}
