import { bars, GOOD_AT_ZERO, graph, type Section, stat } from './panel.ts'
import { increase, ofLeader } from './promql.ts'

/** What may go wrong in workloads, and what Plimsoll has done about it. */
export const RISKS: Section = {
  title: 'Risks in all namespaces',
  panels: [
    bars(
      'Workloads at risk',
      { expr: `sort_desc(sum by (code) (${ofLeader('plimsoll_workloads_at_risk')}))`, legend: '{{code}}' },
      {
        description:
          'Workloads by risk: OOM kills (OomKills), failing again and again (Crashing), memory near its limit (AtLimit) or growing towards it (LimitAhead), usage above the request (AboveRequest), no request (NoRequest). plimsoll report names the workloads.',
        unit: 'short',
      },
    ),
    graph(
      'Rollbacks and raises after trouble',
      [
        {
          expr: increase(
            'plimsoll_revision_events_total',
            'reason',
            'reason=~"RolledBack|CanaryFailed|RaisedAfterOomKill|RaisedForPressure"',
          ),
          legend: '{{reason}}',
        },
      ],
      {
        description:
          'Revisions that were rolled back or failed as a canary, and values that were raised after an OOM kill or because a container used all that it had. The Events of the workload say why.',
        unit: 'short',
      },
    ),
    stat('Workloads with OOM kills', `sum(${ofLeader('plimsoll_workloads_at_risk', 'code="OomKills"')})`, {
      description: 'Workloads of which a running Pod was OOM-killed. Plimsoll raises their memory first.',
      unit: 'short',
      steps: GOOD_AT_ZERO,
      size: [6, 4],
    }),
    stat('Workloads in a crash loop', `sum(${ofLeader('plimsoll_workloads_at_risk', 'code="Crashing"')})`, {
      description: 'Workloads with a container that keeps failing. Look at the log of the container.',
      unit: 'short',
      steps: GOOD_AT_ZERO,
      size: [6, 4],
    }),
    stat('Boosts not removed', `sum(${ofLeader('plimsoll_boosts', 'state="overdue"')})`, {
      description: 'Containers that still have the additional CPU of their startup, although it is over.',
      unit: 'short',
      steps: GOOD_AT_ZERO,
      size: [6, 4],
    }),
    stat('Pods changed by others', `sum(${ofLeader('plimsoll_learner_pods_changed_after')})`, {
      description:
        'Pods with values that somebody set after Plimsoll, such as another webhook. Plimsoll leaves these values alone. plimsoll doctor names the webhooks.',
      unit: 'short',
      steps: GOOD_AT_ZERO,
      size: [6, 4],
    }),
  ],
}
