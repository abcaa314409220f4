import type { ExperimentReport } from '../../experiment-client/index.ts'
import { type Looks, paragraphs, printable } from '../terminal/text.ts'
import { pointsTable } from './rows.ts'

/** The result of an experiment, and what happens next, as text for a terminal. */
export function endText(report: ExperimentReport, applyTo: string | undefined, looks: Looks): string {
  const { says, front, limits, kept, phase } = report
  const isOver = phase === 'Completed' || phase === 'Failed'
  return [
    '',
    front.length > 0 ? pointsTable(report, looks) : '',
    front.length > 0 ? '\n' : '',
    looks.paint('bold', paragraphs([printable(says)], looks.columns).trimEnd()),
    limits.length > 0 ? paragraphs([`Limits: ${printable(limits.join(', '))}.`], looks.columns).trimEnd() : '',
    isOver && kept.length === 0 ? 'The workload is restored.' : '',
    kept.length > 0
      ? paragraphs(
          [
            `These fields were not restored, usually because somebody else has changed them: ${printable(kept.join(', '))}.`,
          ],
          looks.columns,
        )
      : '',
    nextText(report, applyTo, looks),
  ]
    .filter((part, index) => index === 0 || part !== '')
    .map((part) => part.replace(/\n*$/, '\n'))
    .join('')
}

function nextText(
  { verdict, name, namespace, phase }: ExperimentReport,
  applyTo: string | undefined,
  looks: Looks,
): string {
  if (phase !== 'Completed') return ''
  const isWorthIt = verdict === 'cheaper' || verdict === 'meetsLimits'
  const lines = [
    ...(!isWorthIt
      ? []
      : [
          applyTo === undefined
            ? 'Next: put the values into the manifest, or repeat the experiment with --apply-to to propose them for production.'
            : `Next: the result is proposed for ${printable(applyTo)} when the condition Proposed of the Experiment is True; until then, its message says what is missing. The mode of that namespace decides whether it is applied or waits for approval: see kubectl plimsoll explain and kubectl plimsoll approve.`,
        ]),
    `A page to share: kubectl plimsoll try --status ${name} -n ${namespace} -o html > ${name}.html`,
  ]
  return paragraphs(lines, looks.columns)
}
