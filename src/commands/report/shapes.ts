import { formatCount, plural } from '../../insight/index.ts'
import type { ShapeAnswer } from '../../nodes/index.ts'
import { type GridColumn, renderGrid } from '../terminal/grid.ts'
import { type Looks, printable } from '../terminal/text.ts'
import { formatMoney } from '../terminal/units.ts'
import type { Report } from './bill.ts'
import { renderLines } from './lines.ts'
import { section } from './section.ts'

const CAUTION =
  'A question, not a plan: every node would have the shape, with its labels, taints and DaemonSets, and as many nodes as needed. ' +
  'Check prices, availability, and that images run on the architecture.'

/** Renders what nodes of other shapes would cost; empty if that was not asked. */
export function renderShapes({ shapes: answers, bill, prices }: Report, looks: Looks): string {
  if (!answers) return ''
  const money = (amount: number) => formatMoney(amount, prices.currency)
  const columns: GridColumn<ShapeAnswer>[] = [
    { title: 'ALL NODES OF', align: 'left', of: ({ shapes }) => printable(shapes[0]!.name), least: 20 },
    { title: 'NODES', align: 'right', of: ({ shapes }) => formatCount(shapes[0]!.nodes) },
    { title: 'A MONTH', align: 'right', of: ({ cost }) => money(cost) },
    { title: 'PODS WITHOUT A NODE', align: 'right', of: ({ leftOut }) => formatCount(leftOut) },
  ]
  const learned = bill?.scenarios.at(-1)
  const [cheapest] = answers.alone
  const { mixed, kept, skipped } = answers
  const isMixBetter = mixed && cheapest && mixed.leftOut <= cheapest.leftOut && mixed.cost < cheapest.cost
  const says = [
    learned ? `With the learned requests, the nodes that are there would cost ${money(learned.cost)} a month.` : '',
    isMixBetter ? `Mixed, the cheapest cost ${money(mixed.cost)} a month: ${mixOf(mixed)}.` : '',
    kept > 0
      ? `${plural(kept, 'node')} of the control plane or with GPUs or the like ${kept === 1 ? 'keeps its' : 'keep their'} shape.`
      : '',
    skipped > 0
      ? `${plural(skipped, 'more shape')} ${skipped === 1 ? 'is' : 'are'} more expensive by a rough estimate.`
      : '',
    CAUTION,
  ].filter(Boolean)
  return section('Other nodes?', renderGrid(columns, answers.alone, looks) + renderLines(says, looks), looks)
}

function mixOf({ shapes }: ShapeAnswer): string {
  return shapes
    .filter(({ nodes }) => nodes > 0)
    .map(({ name, nodes }) => `${formatCount(nodes)} ${printable(name)}`)
    .join(', ')
}
