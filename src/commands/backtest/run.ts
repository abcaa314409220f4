import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileHistory, HistoryError, inColumns, type UsageColumns } from '../../history/index.ts'
import { type Cadence, createLearner } from '../../learner/index.ts'
import type { Goal } from '../../recommendations/index.ts'
import { parseQuantity, toNumber } from '../../resources/index.ts'
import { containerKey } from '../../workloads/index.ts'
import { CommandError } from '../failure.ts'
import { type Published, replay } from './replay.ts'

export interface BacktestOptions {
  readonly history: string
  readonly cadence: Cadence
  readonly goal: Goal
  readonly out: string
}

const HEADER = 'workload,timestamp,cpu_request,memory_request,cpu_limit,memory_limit,cpu_confidence,memory_confidence\n'
/** A backtest shows how it would have begun; a cluster waits for a day of history. */
const MINIMUM_HISTORY = { seconds: 0, samples: 1 }

/** Writes what would have been recommended, all along a history. */
export async function backtest({ history, cadence, goal, out }: BacktestOptions): Promise<void> {
  const source = fileHistory(history)
  const usage = (await inColumns(source.read())).filter(({ length }) => length > 0)
  if (usage.length === 0) throw new HistoryError(`${source.name}: no usage in it`)
  const learner = createLearner({ cadence, minimumHistory: MINIMUM_HISTORY })
  const lines = toCsv(replay(usage, learner, cadence, goal), labels(usage))
  await pipeline(Readable.from(lines), createWriteStream(out)).catch((error: Error) => {
    throw new CommandError(`cannot write ${out}: ${error.message}`, { cause: error })
  })
}

/** Containers go by the name of their workload where that tells them apart. */
function labels(usage: readonly UsageColumns[]): Map<UsageColumns, string> {
  const times = new Map<string, number>()
  for (const { container } of usage) times.set(container.workload.name, (times.get(container.workload.name) ?? 0) + 1)
  return new Map(
    usage.map((each) => {
      const { name } = each.container.workload
      return [each, times.get(name) === 1 ? name : containerKey(each.container)]
    }),
  )
}

const ROWS_A_CHUNK = 1000

function* toCsv(rows: Iterable<Published>, labelOf: ReadonlyMap<UsageColumns, string>): Generator<string> {
  let chunk = HEADER
  let count = 0
  for (const { usage, atSeconds, recommendation } of rows) {
    const { cpu, memory } = recommendation
    if (!cpu || !memory) continue
    // No CPU limit, as the limits policy has it unless it is told otherwise.
    const values = [cpu.request, memory.request, undefined, memory.limit].map((quantity) => plain(quantity))
    chunk += `${[labelOf.get(usage), atSeconds, ...values, cpu.confidence ?? '', memory.confidence ?? ''].join(',')}\n`
    if (++count % ROWS_A_CHUNK === 0) {
      yield chunk
      chunk = ''
    }
  }
  yield chunk
}

/** Cores or bytes of a quantity; '' for none. */
function plain(quantity: string | undefined): string {
  const nanos = parseQuantity(quantity)
  return nanos === undefined ? '' : String(toNumber(nanos))
}
