import type { Goal } from '../api/index.ts'
import { type Comparison, mostAtRisk, mostWasteful, percent } from '../backtest/index.ts'
import type { UsageColumns } from '../history/index.ts'
import { html, type Markup } from '../markup/index.ts'
import type { Decision, Fared, Measured } from '../scoring/index.ts'
import { drawContainer } from './container-plot.ts'
import { key } from './key.ts'
import { bytes, cores } from './units.ts'

const SHOWN = 6
const KEY = key([
  ['used', 'highest usage'],
  ['request', 'request'],
  ['limit', 'memory limit'],
])

/** Section on the containers with the most that would still have been reserved but not used. */
export function wastes(comparison: Comparison, goal: Goal): Markup {
  const most = mostWasteful(scoreOf(comparison, goal), SHOWN)
  return html`<h2>Where most is still reserved but not used</h2>
<p>For ${goal}, by the mean of their shares of all CPU and memory that is reserved and not used. The shaded week is only learned from.</p>${KEY}
${most.map(({ measured, share }) => card(comparison, measured, `${percent(share)} of all that is unused. ${meansOf(measured)}`))}`
}

/** Section on the containers that would have fallen short most. */
export function risks(comparison: Comparison, goal: Goal): Markup {
  const most = mostAtRisk(scoreOf(comparison, goal), SHOWN)
  const said = ({ cpu, memory }: Measured) =>
    `OOM on ${memory.oomDays} of ${memory.days} days; ${percent(cpu.used > 0 ? cpu.short / cpu.used : 0)} of its CPU above the request. `
  return html`<h2>Where it would have been too little</h2>
<p>For ${goal}, by the mean of their shares of all OOM-days and of all CPU used above requests.</p>
${most.length === 0 ? html`<p>Nowhere.</p>` : KEY}
${most.map((measured) => card(comparison, measured, said(measured) + meansOf(measured)))}`
}

function scoreOf({ goals }: Comparison, goal: Goal) {
  return goals.find(({ name }) => name === goal)!.score
}

function card({ decisions }: Comparison, { judged }: Measured, text: string): Markup {
  const { workload, container } = judged.container
  return html`<article><h3>${workload.namespace}/${workload.name} <span class="soft">${workload.kind}, ${container}</span></h3>
<p class="soft">${text}</p><div class="pair">${drawContainer(judged, decisionsOf(decisions, judged.container))}</div></article>
`
}

function decisionsOf(decisions: Comparison['decisions'], container: UsageColumns['container']): readonly Decision[] {
  for (const [columns, its] of decisions) if (columns.container === container) return its
  return []
}

function meansOf({ cpu, memory }: Measured): string {
  const mean = ({ reserved, used, samples }: Fared, what: string, textOf: (value: number) => string) =>
    `${textOf(reserved / samples)} of ${what} reserved and ${textOf(used / samples)} used`
  return `On average ${mean(cpu, 'CPU', cores)}; ${mean(memory, 'memory', bytes)}.`
}
