import { type Comparison, percent } from '../backtest/index.ts'
import { html, type Markup } from '../markup/index.ts'

/** Table of what the SLO would have been under each goal; nothing if the history does not say. */
export function sloTable({ goals }: Comparison): Markup {
  const rows = goals.flatMap(({ name, slo }) => (slo ? [{ name, slo }] : []))
  if (rows.length === 0) return html``
  return html`<h2>The SLO</h2>
<p>From the column bad_share of ${rows[0]!.slo.containers} of ${rows[0]!.slo.ofContainers} containers; nothing is known of the others. While the request covers the CPU that was used, the service would have had that
CPU again. In the rest of the time, it depends on limits and neighbours whether the CPU would have been available, which no history shows.</p>
<table><thead><tr><th scope="col"></th><th scope="col">time in which this is known</th><th scope="col">missed the SLO in that time</th><th scope="col">at most, in all of the time</th></tr></thead>
<tbody>${rows.map(
    ({ name, slo }) => html`<tr><th scope="row">${name}</th><td>${percent(slo.covered)}</td>
<td>${Number.isNaN(slo.bad) ? '–' : percent(slo.bad)}</td><td>${percent(slo.atMost)}</td></tr>
`,
  )}</tbody></table>`
}
