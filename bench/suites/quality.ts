import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Goal } from '../../src/api/index.ts'
import { decideAll, toDecisionsCsv } from '../../src/backtest/index.ts'
import { fileHistory, inColumns, type UsageColumns } from '../../src/history/index.ts'
import { type Cadence, CHANGE_RULES, type ChangeRules } from '../../src/learner/index.ts'
import { type ContainerUsage, containerUsage, type Decision, type Score, Scorer } from '../../src/scoring/index.ts'
import { figuresOf, type Scores } from '../quality/figures.ts'
import { checkByReference, whyNoReference } from '../quality/reference.ts'
import { changesOfSmallFleets } from '../quality/small-fleets.ts'
import { afterNewVersions, errorOf } from '../quality/spliced.ts'
import { type League, qualityTables } from '../quality/table.ts'
import type { Figure, Suite } from '../suite.ts'

const SHARED = join(import.meta.dirname, '../../../shared')
const TRACE = join(SHARED, 'traces/bitbrains-2013-07-08.csv.gz')
const SCORER = join(SHARED, 'eval/score.py')
/** How decisions are made; the last is what the reference figures of hourly decisions are stated for. */
const LEAGUES: readonly { readonly name: string; readonly cadence: Cadence; readonly changes: ChangeRules }[] = [
  { name: '24h', cadence: '24h', changes: CHANGE_RULES },
  { name: '1h', cadence: '1h', changes: CHANGE_RULES },
  { name: '1h, no limit on lowering', cadence: '1h', changes: { ...CHANGE_RULES, lowerEveryHours: 0 } },
]
const DAY_SECONDS = 86_400
const STEP_SECONDS = 300
/** Sizes of small fleets, in containers. */
const FLEETS = [1, 3, 10]

export const suite: Suite = {
  about: 'what the learner reserves and where it falls short on a public trace, for three goals and two cadences',
  async run(tell) {
    if (!existsSync(TRACE))
      return { skipped: 'there is no ../shared/traces/bitbrains-2013-07-08.csv.gz beside the repository' }
    const whyNot = existsSync(SCORER) ? whyNoReference() : 'there is no ../shared/eval/score.py beside the repository'
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'))
    try {
      const readingFrom = performance.now()
      tell('reading the trace')
      const history = await inColumns(fileHistory(TRACE).read())
      const usage = new Map(history.map((columns) => [columns, containerUsage(columns)]))
      const readingSeconds = (performance.now() - readingFrom) / 1000
      const figures: Figure[] = []
      const scorer = new Scorer([...usage.values()], { cadenceSeconds: DAY_SECONDS, stepSeconds: STEP_SECONDS })
      const leagues: League[] = []
      for (const { name, cadence, changes } of LEAGUES) {
        const scores: Partial<Record<Goal, Score>> = {}
        const files: Partial<Record<Goal, string>> = {}
        for (const goal of Goal.options) {
          tell(`deciding for ${goal}: ${name}`)
          const from = performance.now()
          const decided = [...decideAll(history, cadence, goal, changes)]
          if (cadence === '24h' && goal === 'balanced')
            figures.push({
              name: 'seconds to read and decide, 24h, one goal',
              value: readingSeconds + (performance.now() - from) / 1000,
            })
          const byUsage = Map.groupBy(decided, (one) => usage.get(one.usage)!)
          scores[goal] = scorer.score((one) => decisionsOf(byUsage, one), goal)
          files[goal] = join(folder, `${goal}.csv`)
          const labels = new Map(history.map((columns) => [columns, columns.container.workload.name]))
          if (!whyNot) writeFileSync(files[goal], [...toDecisionsCsv(decided, labels)].join(''))
        }
        leagues.push({ name, scores: scores as Scores })
        if (changes === CHANGE_RULES) figures.push(...figuresOf(cadence, scores as Scores))
        if (whyNot) continue
        tell(`asking the reference scorer: ${name}`)
        await checkByReference(SCORER, TRACE, files as Record<Goal, string>, cadence, scores as Scores, folder)
      }
      tell('deciding on new versions that are unlike the old ones')
      const spoken = Goal.options.flatMap((goal) => afterNewVersions(history, goal))
      figures.push({ name: 'cpu confidence, 24h, calibration error, new versions, all goals', value: errorOf(spoken) })
      for (const size of FLEETS) {
        tell(`deciding every hour for fleets of ${size}`)
        figures.push({
          name: `changes a day, 1h, fleets of ${size}, median`,
          value: changesOfSmallFleets(history, size),
        })
      }
      const checked = whyNot
        ? `Not checked by the reference scorer: ${whyNot}.`
        : 'The reference scorer gives the same regrets, OOM-days and changes.'
      return { figures, notes: [...qualityTables(leagues), '', checked] }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

function decisionsOf(
  byUsage: Map<ContainerUsage, { readonly usage: UsageColumns; readonly decision: Decision }[]>,
  one: ContainerUsage,
): Decision[] {
  return (byUsage.get(one) ?? []).map(({ decision }) => decision)
}
