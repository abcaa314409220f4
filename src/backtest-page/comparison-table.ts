import type { Goal } from '../api/index.ts'
import { amount, type Figures, percent } from '../backtest/index.ts'
import { html, type Markup } from '../markup/index.ts'

/** Table of all figures: a row for each goal, VPA, KRR and the baseline for savings. */
export function comparisonTable(all: readonly Figures[], goal: Goal): Markup {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Every goal, beside VPA and KRR"><table>
<thead class="two">
<tr><td></td><th scope="colgroup" colspan="3">CPU</th><th scope="colgroup" colspan="3">Memory</th><td></td></tr>
<tr><th scope="col"></th><th scope="col">core-days</th><th scope="col">saved</th><th scope="col">short</th>
<th scope="col">GiB-days</th><th scope="col">saved</th><th scope="col">OOM-days</th><th scope="col">changes a day</th></tr>
</thead>
<tbody>${all.map(
    (one) => html`<tr class="${one.name === goal ? 'chosen' : ''}"><th scope="row">${one.label}</th>
<td>${amount(one.cpuReservedCoreDays)}</td><td>${percent(one.cpuSaved)}</td><td>${percent(one.cpuShort)}</td>
<td>${amount(one.memoryReservedGibDays)}</td><td>${percent(one.memorySaved)}</td><td>${percent(one.oomDays)}</td>
<td>${one.changes.toFixed(2)}</td></tr>
`,
  )}</tbody></table></div>`
}
