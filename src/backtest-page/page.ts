import { createHash } from 'node:crypto'
import { Goal } from '../api/index.ts'
import { type Comparison, day, type Figures, figuresOf, percent } from '../backtest/index.ts'
import { type Cadence, GOAL_PRICES } from '../learner/index.ts'
import { html, Markup } from '../markup/index.ts'
import { calibrationTable, drawCalibration } from './calibration.ts'
import { comparisonTable } from './comparison-table.ts'
import { risks, wastes } from './notable.ts'
import { drawOverTime } from './over-time.ts'
import { sloTable } from './slo-table.ts'
import { STYLE } from './style.ts'
import { tiles } from './tiles.ts'
import { drawTradeOff, TRADE_OFFS } from './trade-off.ts'

export interface Report {
  /** Name of the history. */
  readonly source: string
  /** Times of the first and the last sample, Unix seconds. */
  readonly firstSeconds: number
  readonly lastSeconds: number
  /** Number of containers in the history, judged or not. */
  readonly containers: number
  readonly cadence: Cadence
  readonly goal: Goal
  readonly comparison: Comparison
}

/** Content Security Policy of the page: it loads nothing and runs nothing, because everything is inline. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`
const EVERY: Readonly<Record<Cadence, string>> = { '1h': 'every hour', '24h': 'once a day' }

/**
 * Renders a backtest as one self-contained page.
 *
 * @returns HTML
 */
export function renderPage(report: Report): string {
  const { source, firstSeconds, lastSeconds, containers, cadence, goal, comparison } = report
  const figures = figuresOf(comparison)
  const compared = figures.filter(({ name }) => name !== 'fixed')
  const { score } = comparison.goals.find(({ name }) => name === goal)!
  const isSaid = score.calibration.cpu !== undefined || score.calibration.memory !== undefined
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Plimsoll backtest: ${source}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header>
<h1>What Plimsoll would have done</h1>
<p class="about">${source}, ${day(firstSeconds)} to ${day(lastSeconds)}. ${judgedText(score, containers)}
Requests could change ${EVERY[cadence]}; each decision uses only earlier samples.</p>
</header>
<main>
${tiles(figures, goal)}
<h2>Every goal, beside VPA and KRR</h2>
${comparisonTable(figures, goal)}
<p class="soft">${explain(figures)}</p>
${sloTable(comparison)}
<h2>The trade-off</h2>
<p>Points further left cost less, points further down cause less trouble. The line connects the three goals of Plimsoll: choose one of them.</p>
<div class="pair">${TRADE_OFFS.map((one) => drawTradeOff(one, compared, goal))}</div>
<h2>Over time</h2>
<p>All containers together, each from its eighth day on. Times without samples count neither as used nor as reserved.</p>
<div class="pair">${drawOverTime(comparison, goal, 'cpu')}${drawOverTime(comparison, goal, 'memory')}</div>
${isSaid ? confidence(comparison, goal) : ''}
${wastes(comparison, goal)}
${risks(comparison, goal)}
</main>
<footer>${footnotes()}</footer>
</body>
</html>
`
  return page.text
}

function judgedText({ containers, containerDays }: { containers: number; containerDays: number }, all: number): string {
  const count = (value: number) => value.toLocaleString('en')
  const left = all - containers
  const without = left === 0 ? '' : ` ${count(left)} more had less than eight days of history.`
  return `Judged: ${count(containers)} containers, each from its eighth day on, ${count(containerDays)} days in all.${without}`
}

function explain(figures: readonly Figures[]): string {
  const fixed = figures.find(({ name }) => name === 'fixed')!
  return (
    'Reserved is the sum of requests over time. Saved is relative to always reserving the highest usage of each container ' +
    `(${fixed.cpuReservedCoreDays.toLocaleString('en', { maximumFractionDigits: 0 })} core-days), which cannot be known in advance; ` +
    'a history does not say what was really requested. Short is CPU used above the request, as a share of all CPU used: it depends ' +
    'on the neighbours whether it would have been available. OOM-days are days with usage above the memory limit, as a share of all days.' +
    (figures.some(({ name }) => name === 'running')
      ? ' Goals change new Pods only, once a day; “running Pods too” is the chosen goal with in-place resize, decided every hour.'
      : '')
  )
}

function confidence({ goals }: Comparison, goal: Goal) {
  const chosen = goals.find(({ name }) => name === goal)!
  return html`<h2>Is its confidence right?</h2>
<p>Each decision states how likely it is to hold for its next 24 hours. On the dashed line, this confidence was right; below it, it was too
high. Larger dots stand for more decisions.</p>
<div class="pair">${drawCalibration(chosen)}</div>
<div class="scroll" role="region" tabindex="0" aria-label="Stated confidence and outcome">${calibrationTable(goals)}</div>`
}

function footnotes() {
  // Twice the share of samples that costs least need not be announced (docs/concepts/confidence.md).
  const unannounced = Goal.options.map((goal) => `${percent(2 / GOAL_PRICES[goal].cpu.shortfall)} (${goal})`)
  return html`<p>A CPU request holds for a day if the share of its samples above it is at most ${unannounced.join(', ')},
or at most what this same request would have had on the worst known day (from 21 known days on, on the second worst). A memory limit holds
if no sample is above it. VPA and KRR show what their recommenders would have recommended with their defaults; they have no goals and no confidence. A sample is an average over minutes, so none of them sees shorter peaks.</p>`
}
