import { type Report, stagesOf } from '../../explain/index.ts'
import { REASONS } from '../../policy/index.ts'
import type { ExplainedResource, Written } from '../../sizing/index.ts'
import { printable } from '../terminal/text.ts'
import { describeRunning } from './running-text.ts'

/** Formats a report for a terminal. */
export function describeReport(report: Report): string {
  const {
    what,
    workload,
    mode,
    state,
    goal,
    revision,
    outcome,
    isLive,
    reasons,
    reproduces,
    containers,
    notes,
    unread,
  } = report
  const lines = [
    `${what[0]!.toUpperCase()}${what.slice(1)}`,
    `  workload ${workload ?? 'none'} · mode ${mode ?? 'none'} · ${state ?? 'nothing learned'} · goal ${goal}${revision === undefined ? '' : ` · revision ${revision}`}`,
    `  ${describeOutcome(outcome, isLive)}:`,
    ...reasons.map((code) => `    ${describeReason(code)}`),
    ...(reproduces === undefined
      ? []
      : [
          `  Its annotation plimsoll.dev/decision ${reproduces ? 'follows exactly from this' : 'differs from this: something has changed since'}.`,
        ]),
    ...[...notes, ...unread].map((note) => `  Note: ${note}.`),
  ]
  for (const { name, kind, resources } of containers) {
    lines.push('', `${kind} ${name}`)
    for (const resource of resources) lines.push(...describeResource(resource, isLive))
  }
  lines.push(...describeRunning(report.running ?? []))
  return lines.map(printable).join('\n')
}

function describeOutcome(outcome: Report['outcome'], isLive: boolean): string {
  if (isLive && outcome === 'patched') return 'a new Pod would be patched'
  return outcome === 'patched' ? 'patched' : 'not changed'
}

function describeResource(explained: ExplainedResource, isLive: boolean): string[] {
  const { resource, reasons, scaledBy } = explained
  const rows = stagesOf(explained, isLive).map(
    ({ stage, value, says }) => `    ${stage.padEnd(9)} ${spell(value).padEnd(22)} ${says}`,
  )
  return [
    `  ${resource} (request / limit)`,
    ...rows,
    ...reasons.map((code) => `    because   ${describeReason(code)}`),
    ...scaledBy.map(
      ({ name, utilization, keeps }) =>
        `    HPA ${name}  scales at ${utilization} %${keeps === undefined ? '' : ` of the author's request; with the learned request, ${keeps} % is the same usage`}`,
    ),
  ]
}

function spell({ request = '-', limit = '-' }: Written): string {
  return `${request} / ${limit}`
}

function describeReason(code: keyof typeof REASONS): string {
  const { says, act } = REASONS[code]
  return `${code}: ${says}. ${act}`
}
