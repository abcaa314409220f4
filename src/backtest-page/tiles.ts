import type { Goal } from '../api/index.ts'
import { amount, type Figures, percent } from '../backtest/index.ts'
import { html, type Markup } from '../markup/index.ts'

interface Tile {
  readonly title: string
  readonly unit: string
  readonly textOf: (figures: Figures) => string
}

const TILES: readonly Tile[] = [
  { title: 'CPU reserved', unit: 'core-days', textOf: ({ cpuReservedCoreDays }) => amount(cpuReservedCoreDays) },
  { title: 'CPU short', unit: 'of CPU used', textOf: ({ cpuShort }) => percent(cpuShort) },
  { title: 'Memory reserved', unit: 'GiB-days', textOf: ({ memoryReservedGibDays }) => amount(memoryReservedGibDays) },
  { title: 'OOM-days', unit: 'of days', textOf: ({ oomDays }) => percent(oomDays) },
  { title: 'Changes', unit: 'a day per container', textOf: ({ changes }) => changes.toFixed(2) },
]

/** Tiles with the figures that matter most, for one goal and for the peers. */
export function tiles(all: readonly Figures[], goal: Goal): Markup {
  const ours = all.find(({ name }) => name === goal)!
  const peers = all.filter(({ name }) => name === 'vpa' || name === 'krr')
  return html`<p class="soft">For the goal <b>${goal}</b>, beside VPA and KRR:</p>
<dl class="tiles">${TILES.map(
    ({ title, unit, textOf }) => html`<div><dt>${title}</dt><dd>${textOf(ours)} <span class="unit">${unit}</span>
<small>${peers.map((peer) => html`<span>${peer.label} ${textOf(peer)}</span> `)}</small></dd></div>
`,
  )}</dl>`
}
