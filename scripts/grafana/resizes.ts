import { graph, type Section } from './panel.ts'
import { increase, ofLeader } from './promql.ts'

/** What happens to running Pods. */
export const RESIZES: Section = {
  title: 'Resizes of running Pods',
  panels: [
    graph(
      'Running Pods by state',
      [{ expr: `sum by (reason) (${ofLeader('plimsoll_apply_pods')}) > 0`, legend: '{{reason}}' }],
      {
        description:
          'Running Pods with a Recommendation: those with the applied values (Carrying), those that are being resized (Resizing), and the others by the reason why they wait. docs/reference/reasons.md explains each.',
        unit: 'short',
      },
    ),
    graph(
      'Resizes',
      [
        {
          expr: increase(
            'plimsoll_apply_steps_total',
            'outcome',
            'outcome=~"resized|settled|withdrawn|refused|unable|conflict|failed"',
          ),
          legend: '{{outcome}}',
        },
      ],
      {
        description:
          'Resizes that were written (resized) and completed (settled), and those that were not: withdrawn because the node does not carry them out, refused by the API server, in conflict with another change, or failed.',
        unit: 'short',
      },
    ),
    graph(
      'Deferred and refused resizes by reason',
      [
        {
          expr: `sum by (reason) (${ofLeader('plimsoll_apply_pods', 'reason=~"ResizeDeferred|ResizeInfeasible|ResizeFails|ResizeRefused|NodeFull|NodeInTrouble|MemoryInUse"')})`,
          legend: '{{reason}}',
        },
      ],
      {
        description:
          'Pods that cannot get the applied values now: their node has no room (NodeFull, ResizeDeferred, ResizeInfeasible) or is in trouble, they use too much memory to lower its limit (MemoryInUse), or the kubelet or the API server refuses.',
        unit: 'short',
      },
    ),
    graph(
      'Restarts',
      [
        {
          expr: increase('plimsoll_apply_steps_total', 'outcome, reason', 'outcome=~"restarted by .*|restart .*"'),
          legend: '{{outcome}}: {{reason}}',
        },
      ],
      {
        description:
          'Pods that were restarted because a resize in place was not enough, and those whose restart must wait. Empty unless settings.apply.running is inPlaceOrRestart.',
        unit: 'short',
      },
    ),
    graph('Startup boosts', [{ expr: `sum by (state) (${ofLeader('plimsoll_boosts')})`, legend: '{{state}}' }], {
      description:
        'Containers with more CPU because their Pod starts, and those whose startup is over although they still have it (overdue).',
      unit: 'short',
    }),
    graph(
      'Changes of HPA targets',
      [{ expr: increase('plimsoll_scale_point_writes_total', 'outcome'), legend: '{{outcome}}' }],
      {
        description:
          'Targets of HPAs that were changed together with requests. Empty unless settings.autoscalers is keepScalePoint.',
        unit: 'short',
      },
    ),
  ],
}
