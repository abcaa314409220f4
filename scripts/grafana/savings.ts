import { OTHER_NAMESPACES } from '../../src/controller/fleet-totals.ts'
import { HOURS_PER_MONTH } from '../../src/insight/index.ts'
import { bars, graph, type Section, stat } from './panel.ts'
import { ofLeader } from './promql.ts'

const CPU = 'plimsoll_requests_cpu_cores'
const MEMORY = 'plimsoll_requests_memory_bytes'
const PRICES = 'The prices at the top of the page are those of a core and a GiB for an hour.'

type Requests = 'authors' | 'current' | 'learned'

/** A sum over the chosen namespaces; by namespace, without the sum of those that have no separate values. */
function requested(name: string, requests: Requests, by = ''): string {
  const separate = by.includes('namespace') ? `, namespace!="${OTHER_NAMESPACES}"` : ''
  return `sum${by && ` by (${by}) `}(${ofLeader(name, `requests="${requests}", namespace=~"$namespace"${separate}`)})`
}

/** What the second requests save, compared with the first ones. */
function saved(name: string, from: Requests, to: Requests, by = ''): string {
  return `${requested(name, from, by)} - ${requested(name, to, by)}`
}

function perMonth(from: Requests, to: Requests, by = ''): string {
  const cores = `(${saved(CPU, from, to, by)}) * $core_hour`
  const gibs = `(${saved(MEMORY, from, to, by)}) / 2^30 * $gib_hour`
  return `(${cores} + ${gibs}) * ${HOURS_PER_MONTH}`
}

const curves = (name: string) => [
  { expr: requested(name, 'authors'), legend: 'as the authors wrote them' },
  { expr: requested(name, 'current'), legend: 'now' },
  { expr: requested(name, 'learned'), legend: 'as learned' },
]

/** What was saved, and what may still be. */
export const SAVINGS: Section = {
  title: 'Savings',
  panels: [
    stat('Saved so far: cores', saved(CPU, 'authors', 'current'), {
      description:
        'CPU requests as the authors wrote them, minus the requests that the Pods have now. Negative where Plimsoll raised more than it lowered.',
      unit: 'short',
    }),
    stat('Saved so far: memory', saved(MEMORY, 'authors', 'current'), {
      description: 'Memory requests as the authors wrote them, minus the requests that the Pods have now.',
      unit: 'bytes',
    }),
    stat('Saved so far: money per month', perMonth('authors', 'current'), {
      description: `What the saved cores and memory cost in a month. ${PRICES} Nodes that stay although they are empty still cost money.`,
      unit: 'short',
    }),
    stat('Possible savings: cores', saved(CPU, 'current', 'learned'), {
      description:
        'CPU requests that the Pods have now, minus the learned ones. It waits for approval, for a change window, for the next step, or for a higher mode of the namespace: see Recommendations by state.',
      unit: 'short',
    }),
    stat('Possible savings: memory', saved(MEMORY, 'current', 'learned'), {
      description: 'Memory requests that the Pods have now, minus the learned ones.',
      unit: 'bytes',
    }),
    stat('Possible savings: money per month', perMonth('current', 'learned'), {
      description: `What the Pods would cost less in a month with the learned requests. ${PRICES}`,
      unit: 'short',
    }),
    graph('CPU requests', curves(CPU), {
      description:
        'Cores that the Pods of the chosen namespaces request: as their authors wrote them, as the Pods have them now, and as Plimsoll learned them.',
      unit: 'short',
    }),
    graph('Memory requests', curves(MEMORY), {
      description:
        'Memory that the Pods of the chosen namespaces request: as their authors wrote it, as the Pods have it now, and as Plimsoll learned it.',
      unit: 'bytes',
    }),
    bars(
      'Namespaces that can save most',
      {
        expr: `topk(10, ${perMonth('current', 'learned', 'cluster, namespace')})`,
        legend: '{{cluster}} {{namespace}}',
      },
      {
        description: `Money per month that the learned requests would save, for the ten namespaces with the most. ${PRICES}`,
        unit: 'short',
      },
    ),
    graph(
      'Nodes',
      [
        { expr: `sum(${ofLeader('plimsoll_nodes_present')})`, legend: 'present' },
        { expr: `sum by (requests) (${ofLeader('plimsoll_nodes_needed')})`, legend: 'needed, {{requests}} requests' },
      ],
      {
        description:
          'Nodes that the clusters have, and nodes that their Pods need with current, applied and learned requests. Empty unless settings.nodesNeeded is enabled.',
        unit: 'short',
      },
    ),
  ],
}
