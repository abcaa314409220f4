import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { writeRecommendation } from '../../src/recommendations/index.ts'
import { controlPlaneObstacle, until } from '../../test/cluster/harness/index.ts'
import { makeFleet, workloadOf } from '../../test/cluster/scale/fleet.ts'
import { applied, injects } from '../../test/cluster/scale/injected.ts'
import { type Administered, startAdministered } from '../../test/cluster/support/admin.ts'
import { type Plimsoll, startPlimsoll } from '../../test/cluster/support/plimsoll.ts'
import { median, range } from '../median.ts'
import type { Figure, Suite } from '../suite.ts'
import { ListLog } from '../sync/asked.ts'

const WORKLOADS = 20_000
const ROUNDS = 7
const LIST = join(import.meta.dirname, '..', 'sync', 'list.ts')

export const suite: Suite = {
  about: `how soon a webhook knows ${WORKLOADS} Recommendations, beside listing them whole; how soon replicas know of a change`,
  async run(tell) {
    const skipped = controlPlaneObstacle()
    if (skipped !== undefined) return { skipped }
    const directory = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'))
    const lists = new ListLog(directory)
    const cluster = await startAdministered({
      controllers: false,
      progress: tell,
      apiserverArgs: lists.apiserverArgs,
    })
    try {
      const plimsoll = await startPlimsoll(cluster)
      const fleet = await makeFleet(cluster)
      const measure = async (what: string) => {
        // It takes in one by one what was written behind its back, for a minute; starting, it reads them all at once.
        await cluster.restartApiServer()
        await fleet.listed()
        // The first lists after the API server's restart are the slowest.
        await synced(plimsoll, lists)
        await listed(cluster)
        tell(`warm, ${what}`)
        const rounds: Round[] = []
        while (rounds.length < ROUNDS) {
          rounds.push({ sync: await synced(plimsoll, lists), listing: await listed(cluster) })
          tell(`round ${rounds.length} of ${ROUNDS}, ${what}`)
        }
        return rounds
      }
      await fleet.storeWithoutSidecar(0, WORKLOADS)
      const ones = await measure('one container each')
      await fleet.store('recommendations', 0, WORKLOADS)
      const twos = await measure('two containers each')
      const changes = await changesAtBoth(cluster, plimsoll)
      return {
        figures: [
          ...figuresOf('one container each', ones),
          ...figuresOf('two containers each', twos),
          { name: 'seconds until both replicas have a change', value: median(changes) / 1000 },
        ],
        notes: [
          noteOf('one container each', ones),
          noteOf('two containers each', twos),
          `a change had reached both replicas after ${range(changes, 0)} ms`,
        ],
      }
    } finally {
      await cluster.stop()
      rmSync(directory, { recursive: true })
    }
  },
}

/** Milliseconds until a webhook was in sync, and until somebody had listed and parsed all of every Recommendation. */
interface Round {
  readonly sync: number
  readonly listing: number
}

function figuresOf(what: string, rounds: readonly Round[]): Figure[] {
  return [
    { name: `seconds to sync, ${what}`, value: median(rounds.map(({ sync }) => sync)) / 1000 },
    {
      name: `time to sync, ${what}, of listing whole Recommendations`,
      value: median(rounds.map(({ sync, listing }) => sync / listing)),
    },
  ]
}

function noteOf(what: string, rounds: readonly Round[]): string {
  const of = (figure: keyof Round) =>
    range(
      rounds.map((round) => round[figure]),
      0,
    )
  return `${what}: in sync after ${of('sync')} ms; listed whole after ${of('listing')} ms`
}

/** From the first page that a new webhook asks for until it is ready, milliseconds. */
async function synced(plimsoll: Plimsoll, lists: ListLog): Promise<number> {
  const startedAt = Date.now()
  const webhook = await plimsoll.startWebhook({ awaitReady: false })
  await until('the webhook to be ready', webhook.isReady, { everyMilliseconds: 10, timeoutMilliseconds: 120_000 })
  const readyAt = Date.now()
  const milliseconds = readyAt - (await lists.firstSince(startedAt))
  const held = await webhook.held()
  if (!(held >= WORKLOADS)) throw new Error(`ready with ${held} Recommendations`)
  await webhook.kill()
  return milliseconds
}

async function listed({ url, kubeconfig }: Administered): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [LIST, url, kubeconfig], { timeout: 120_000 })
  const { milliseconds, count } = JSON.parse(stdout) as { readonly milliseconds: number; readonly count: number }
  if (count < WORKLOADS) throw new Error(`listed ${count} Recommendations`)
  return milliseconds
}

/** From a write of the learner's until both inject it, milliseconds. */
async function changesAtBoth(cluster: Administered, plimsoll: Plimsoll): Promise<number[]> {
  const replicas = [await plimsoll.startWebhook(), await plimsoll.startWebhook()]
  const changes: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const workload = workloadOf(12_345 + round)
    const revision = 1_000 + round
    const startedAt = performance.now()
    await writeRecommendation(cluster.client, workload, applied(revision), { exists: true })
    const arrivals = await Promise.all(
      replicas.map(async (replica) => {
        await until('it to be injected', () => injects(replica, plimsoll.ca, workload, revision), {
          everyMilliseconds: 5,
        })
        return performance.now() - startedAt
      }),
    )
    changes.push(Math.max(...arrivals))
  }
  return changes
}
