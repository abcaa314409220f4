import { createHash } from 'node:crypto'
import { type ExperimentReport, formatCost, formatMilliseconds } from '../experiment-client/index.ts'
import { html, Markup } from '../markup/index.ts'
import { drawFront } from './plot.ts'
import { STYLE } from './style.ts'
import { pointsTable, trialsTable } from './tables.ts'

/** Content Security Policy of the page: it loads nothing and runs nothing, because everything is inline. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`

/**
 * Renders what came of an experiment as one self-contained page.
 *
 * @returns HTML
 */
export function renderExperimentPage(report: ExperimentReport): string {
  const { name, namespace, targets, loads, says, limits, kept, startedAt, endedAt } = report
  const when = [startedAt, endedAt]
    .filter((time) => time !== undefined)
    .map((time) => time.replace('T', ' ').replace(/:\d\dZ$/, ' UTC'))
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Plimsoll experiment: ${namespace}/${name}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header>
<h1>What ${targets.join(', ')} needs</h1>
<p class="soft">Experiment ${namespace}/${name}${when.length > 0 ? `, ${when.join(' to ')}` : ''}. Load: ${loads.join(', ')}.</p>
<p class="verdict">${says}</p>
</header>
<main>
${tiles(report)}
<h2>Cost against latency</h2>
${drawFront(report)}
<h2>The Pareto front</h2>
<p class="soft">For none of these configurations is another one both cheaper and faster.</p>
${pointsTable(report)}
${limits.length > 0 ? html`<p>Limits, which must hold under each load: ${limits.join(', ')}.</p>` : ''}
<h2>Trials</h2>
${trialsTable(report)}
${kept.length > 0 ? html`<p>These fields were not restored, usually because somebody else has changed them: ${kept.join(', ')}.</p>` : ''}
</main>
<footer><p>Cost is what the requests reserve, by the prices of the settings. Savings, balanced and reliability ask for a probability of 90, 95 and 99 %
that a configuration meets the limits.</p></footer>
</body>
</html>
`.text
}

function tiles({ baselineCostPerHour, points, goal, latency, trials }: ExperimentReport): Markup {
  const best = points[goal]
  const saving = best?.saving === undefined ? '-' : `${Math.round(best.saving * 100)} %`
  const shown: [string, string][] = [
    ['Baseline, per hour', baselineCostPerHour === undefined ? '-' : formatCost(baselineCostPerHour)],
    [`Best for ${goal}`, best ? formatCost(best.costPerHour) : '-'],
    ['Saves', saving],
    [latency?.measure ?? 'Latency', best ? formatMilliseconds(best.latencyMilliseconds.expected) : '-'],
    ['Trials', String(trials.length)],
  ]
  return html`<dl class="tiles">${shown.map(([title, value]) => html`<div><dt>${title}</dt><dd>${value}</dd></div>`)}</dl>`
}
