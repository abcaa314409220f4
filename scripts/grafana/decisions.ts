import { graph, type Section } from './panel.ts'
import { increase, ofLeader, rate } from './promql.ts'

/** What Plimsoll decides for new Pods and for workloads, and why. */
export const DECISIONS: Section = {
  title: 'Decisions in all namespaces',
  panels: [
    graph(
      'Recommendations by state',
      [{ expr: `sum by (mode, state) (${ofLeader('plimsoll_recommendations')}) > 0`, legend: '{{mode}}: {{state}}' }],
      {
        description:
          'Recommendations by mode of the namespace and state, as kubectl get rec shows it. Pending waits for approval; Waiting and Held say in the status for what.',
        unit: 'short',
      },
    ),
    graph(
      'Changes of Recommendations by reason',
      [{ expr: `${increase('plimsoll_revision_events_total', 'reason')} > 0`, legend: '{{reason}}' }],
      {
        description:
          'What happened to Recommendations, by reason: learned values that were applied, approvals, canaries, rollbacks, and why changes waited.',
        unit: 'short',
      },
    ),
    graph(
      'Admissions',
      [{ expr: rate('plimsoll_admission_requests_total', 'mode, outcome'), legend: '{{mode}}: {{outcome}}' }],
      {
        description:
          'New Pods that the webhook was asked about, by mode of the namespace and outcome. Skipped Pods run as their authors wrote them; the next panel says why.',
        unit: 'reqps',
      },
    ),
    graph(
      'Decisions for new Pods by reason',
      [{ expr: `topk(10, ${rate('plimsoll_admission_reasons_total', 'code')})`, legend: '{{code}}' }],
      {
        description:
          'The ten most frequent reasons of decisions for new Pods. One decision may have several. docs/reference/reasons.md explains each.',
        unit: 'reqps',
      },
    ),
  ],
}
