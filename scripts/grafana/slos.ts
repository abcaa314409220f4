import { bars, GOOD_AT_ZERO, graph, type Section, stat } from './panel.ts'
import { ofLeader } from './promql.ts'

const IN_NAMESPACES = 'namespace=~"$namespace"'
const NAME = '{{cluster}} {{namespace}} {{workload}} {{slo}} {{objective}}'

/** Whether latency and errors of workloads are as promised. */
export const SLOS: Section = {
  title: 'SLOs',
  panels: [
    stat('Burning after a change', `sum(${ofLeader('plimsoll_slo_burning_after_change')})`, {
      description:
        'Workloads whose error budget burns fast while a revision is not proven good yet. If Plimsoll blames the revision, it rolls it back.',
      unit: 'short',
      steps: GOOD_AT_ZERO,
      size: [6, 4],
    }),
    stat('Objectives not met', `sum(${ofLeader('plimsoll_slo_objectives', 'state=~"Burning|BurningFast"')})`, {
      description: 'Objectives whose error budget burns. Nothing is lowered in these workloads.',
      unit: 'short',
      steps: GOOD_AT_ZERO,
      size: [6, 4],
    }),
    stat(
      'Objectives without data',
      `sum(${ofLeader('plimsoll_slo_objectives', 'state=~"NoSeries|Stale|Unreachable|Invalid"')})`,
      {
        description: 'Objectives whose state is not known. kubectl plimsoll slo says what is missing.',
        unit: 'short',
        steps: GOOD_AT_ZERO,
        size: [6, 4],
      },
    ),
    stat('Objectives met', `sum(${ofLeader('plimsoll_slo_objectives', 'state="Met"')})`, {
      description: 'Objectives with few enough bad requests.',
      unit: 'short',
      size: [6, 4],
    }),
    graph(
      'Objectives by state',
      [{ expr: `sum by (state) (${ofLeader('plimsoll_slo_objectives')})`, legend: '{{state}}' }],
      { description: 'All objectives by state, at the last update of the Recommendations.', unit: 'short' },
    ),
    graph(
      'Fastest burns',
      [
        {
          expr: `topk(10, ${ofLeader('plimsoll_slo_bad_share', IN_NAMESPACES)} / ${ofLeader('plimsoll_slo_error_budget', IN_NAMESPACES)})`,
          legend: NAME,
        },
      ],
      {
        description:
          'Share of bad requests as a multiple of the error budget, for the ten objectives that burn fastest. At 1, the budget lasts exactly as long as its window.',
        unit: 'short',
      },
    ),
    bars(
      'Bad requests',
      { expr: `topk(10, ${ofLeader('plimsoll_slo_bad_share', IN_NAMESPACES)})`, legend: NAME },
      {
        description: 'Share of bad requests in the long burn window, for the ten objectives with the most.',
        unit: 'percentunit',
        size: [24, 8],
      },
    ),
  ],
}
