import { type ExplainedResource, REASONS, type Written } from '../../policy/index.ts'
import { printable } from '../terminal/text.ts'
import type { Report } from './explain.ts'

const STAGES = ['author', 'learned', 'stepped', 'applied', 'clamped', 'injected'] as const
const SAYS: Readonly<Record<(typeof STAGES)[number], string>> = {
  author: 'as its author wrote it',
  learned: 'from usage',
  stepped: 'as far as one step goes, and no further a day',
  applied: 'what new Pods are given',
  clamped: 'inside the bounds',
  injected: 'what the Pod asks for',
}

/** The report as lines for a terminal. */
export function describeReport(report: Report): string {
  const { what, workload, mode, state, goal, revision, outcome, reasons, reproduces, containers, notes } = report
  const lines = [
    `${what[0]!.toUpperCase()}${what.slice(1)}`,
    `  workload ${workload ?? 'none'} · mode ${mode ?? 'none'} · ${state ?? 'nothing learned'} · goal ${goal}${revision === undefined ? '' : ` · revision ${revision}`}`,
    `  ${outcome === 'patched' ? 'patched' : 'left as it is'}:`,
    ...reasons.map((code) => `    ${describeReason(code)}`),
    ...(reproduces === undefined
      ? []
      : [
          `  Its annotation plimsoll.dev/decision ${reproduces ? 'follows exactly from this' : 'does not follow from this: something has changed since'}.`,
        ]),
    ...notes.map((note) => `  Note: ${note}.`),
  ]
  for (const { name, kind, resources } of containers) {
    lines.push('', `${kind} ${name}`)
    for (const resource of resources) lines.push(...describeResource(resource))
  }
  return lines.map(printable).join('\n')
}

function describeResource(explained: ExplainedResource): string[] {
  const { resource, learned, reasons, scaledBy } = explained
  const rows = STAGES.flatMap((stage) => {
    const value = explained[stage]
    return value
      ? [
          `    ${stage.padEnd(9)} ${spell(value).padEnd(22)} ${stage === 'learned' ? evidenceOf(learned!) : SAYS[stage]}`,
        ]
      : []
  })
  return [
    `  ${resource} (request / limit)`,
    ...rows,
    ...reasons.map((code) => `    because   ${describeReason(code)}`),
    ...scaledBy.map(
      ({ name, utilization, keeps }) =>
        `    HPA ${name}  scales at ${utilization} %${keeps === undefined ? '' : ` of the author's request; at the learned one, ${keeps} % would be the same point`}`,
    ),
  ]
}

function spell({ request = '-', limit = '-' }: Written): string {
  return `${request} / ${limit}`
}

function evidenceOf({ confidence, evidence }: NonNullable<ExplainedResource['learned']>): string {
  const figures =
    evidence &&
    `uses ${evidence.p50} half of the time, above ${evidence.p95} for 5 % and ${evidence.p99} for 1 % of it, ${evidence.peak} at most`
  const sure =
    confidence === undefined ? undefined : `holds for the next day with a chance of ${Math.round(confidence * 100)} %`
  return [figures, evidence?.basis, sure, evidence?.doubt].filter(Boolean).join('; ') || SAYS.learned
}

function describeReason(code: keyof typeof REASONS): string {
  const { says, act } = REASONS[code]
  return `${code}: ${says}. ${act}`
}
