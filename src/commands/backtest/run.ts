import { type Goal, secondsOf } from '../../api/index.ts'
import { type Comparison, compare, type Decided, decideAll, labelsOf, toDecisionsCsv } from '../../backtest/index.ts'
import { renderPage } from '../../backtest-page/index.ts'
import type { UsageColumns } from '../../history/index.ts'
import { formatCount, plural } from '../../insight/index.ts'
import { type Cadence, CHANGE_RULES, type ChangeRules } from '../../learner/index.ts'
import {
  type ChosenHistory,
  chooseHistory,
  type HistoryOptions,
  readHistory,
  type WholeHistory,
} from '../../readers/index.ts'
import { CommandError } from '../failure.ts'
import { renderRemarks, renderRows, renderWarnings } from '../history/render.ts'
import { rulesFrom } from '../run-rules.ts'
import { Progress } from '../terminal/progress.ts'
import { looksOf } from '../terminal/text.ts'
import { OutputFile } from './output.ts'
import { renderSummary } from './summary.ts'

export interface BacktestOptions extends HistoryOptions {
  readonly prometheusDays?: number
  readonly datadogDays?: number
  readonly cadence: Cadence
  readonly goal: Goal
  readonly config?: string
  readonly out?: string
  readonly report?: string
  readonly lowerEvery?: string
}

const HOUR_SECONDS = 3600
const DAY_SECONDS = 24 * HOUR_SECONDS
const DEFAULT_DAYS = 30

/**
 * Replays a history: writes the decisions for one goal, or a report on all of them, or prints a summary.
 *
 * @param out stream for the summary
 * @param notes stream for progress and messages
 */
export async function backtest(
  options: BacktestOptions,
  out: NodeJS.WriteStream = process.stdout,
  notes: NodeJS.WriteStream = process.stderr,
): Promise<void> {
  const outputs = await openOutputs(options)
  try {
    const chosen = await chooseHistory({ ...options, rules: rulesFrom(options.config) })
    const history = await read(chosen, options, notes)
    const { source } = chosen
    checkLength(source.name, history)
    if (options.out !== undefined && options.report === undefined) {
      await writeDecisions(
        outputs.out!,
        decideAll(history.usage, options.cadence, options.goal, changesOf(options)),
        history,
        options,
        notes,
      )
      return
    }
    const comparison = await compareAll(source.name, history, options, notes)
    if (outputs.out) await writeDecisions(outputs.out, decidedIn(comparison), history, options, notes)
    const { usage, firstSeconds, lastSeconds } = history
    const { cadence, goal } = options
    const facts = {
      source: source.name,
      firstSeconds,
      lastSeconds,
      containers: usage.length,
      cadence,
      goal,
      comparison,
    }
    if (outputs.report) {
      await outputs.report.write([renderPage(facts)])
      notes.write(`Wrote the report to ${options.report}.\n`)
    } else out.write(renderSummary(facts, looksOf(out)))
  } finally {
    await Promise.all([outputs.out?.close(), outputs.report?.close()])
  }
}

function changesOf({ lowerEvery }: BacktestOptions): ChangeRules {
  if (lowerEvery === undefined) return CHANGE_RULES
  return { ...CHANGE_RULES, lowerEveryHours: secondsOf(lowerEvery) / HOUR_SECONDS }
}

interface Outputs {
  readonly out: OutputFile | undefined
  readonly report: OutputFile | undefined
}

async function openOutputs({ out, report }: BacktestOptions): Promise<Outputs> {
  const opened = out === undefined ? undefined : await OutputFile.open(out)
  try {
    return { out: opened, report: report === undefined ? undefined : await OutputFile.open(report) }
  } catch (error) {
    await opened?.close()
    throw error
  }
}

async function read(
  chosen: ChosenHistory,
  { prometheus, datadog, prometheusDays, datadogDays }: BacktestOptions,
  notes: NodeJS.WriteStream,
): Promise<WholeHistory> {
  const looks = looksOf(notes)
  notes.write(`Reading ${chosen.source.name} …\n`)
  const progress = new Progress(notes)
  const now = Date.now() / 1000
  const window = { fromSeconds: now - (prometheusDays ?? datadogDays ?? DEFAULT_DAYS) * DAY_SECONDS, toSeconds: now }
  try {
    return await readHistory(chosen.source, {
      ...((prometheus !== undefined || datadog) && { window }),
      onProgress: (done) => progress.show(done),
    })
  } finally {
    progress.end()
    const told = renderRows(chosen.summary(), looks) + renderRemarks(chosen.remarks(), looks)
    notes.write(told + renderWarnings(chosen.warnings, looks))
  }
}

/**
 * Checks that at least one container has the hour of history after which the first decision is made.
 *
 * @throws CommandError if none has
 */
function checkLength(name: string, { usage }: WholeHistory): void {
  const longest = Math.max(...usage.map((one) => one.secondsAt(one.length - 1) - one.secondsAt(0)))
  if (longest >= HOUR_SECONDS) return
  throw new CommandError(
    `${name} is too short: no container has more than ${Math.ceil(longest / 60)} minutes, and the first decision is made after an ` +
      'hour. A summary or report needs 8 days: 7 to learn from, and 1 to judge by',
  )
}

async function compareAll(
  name: string,
  { usage, stepSeconds, firstSeconds, lastSeconds }: WholeHistory,
  { cadence, goal, out }: BacktestOptions,
  notes: NodeJS.WriteStream,
): Promise<Comparison> {
  notes.write(`Replaying ${plural(usage.length, 'container')} for three goals, VPA and KRR …\n`)
  const progress = new Progress(notes)
  try {
    const onProgress = (share: number, doing: string) => progress.showShare(share, doing)
    const comparison = compare(usage, { cadence, goal, stepSeconds, onProgress })
    if (comparison) return comparison
  } finally {
    progress.end()
  }
  const days = ((lastSeconds - firstSeconds) / DAY_SECONDS).toFixed(1)
  const hint = out === undefined ? ' Only --out writes the decisions without judging them.' : ''
  throw new CommandError(
    `${name} is too short to judge decisions: it spans ${days} days, and a container needs 8: 7 to learn from, and 1 to judge ` +
      `by. Give a longer history.${hint}`,
  )
}

function* decidedIn({ decisions }: Comparison): Generator<Decided> {
  for (const [usage, its] of decisions) for (const decision of its) yield { usage, decision }
}

async function writeDecisions(
  file: OutputFile,
  decided: Iterable<Decided>,
  { usage }: WholeHistory,
  { out, goal, cadence }: BacktestOptions,
  notes: NodeJS.WriteStream,
): Promise<void> {
  let rows = 0
  const containers = new Set<UsageColumns>()
  const counted = (function* () {
    for (const one of decided) {
      rows++
      containers.add(one.usage)
      yield one
    }
  })()
  await file.write(toDecisionsCsv(counted, labelsOf(usage)))
  notes.write(
    `Wrote ${formatCount(rows)} decisions on ${plural(containers.size, 'container')} to ${out}: goal ${goal}, every ${cadence}.\n`,
  )
}
