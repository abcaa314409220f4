import { DEFAULT_PRICES } from '../../config/index.ts'
import { formatCount, type Price, plural } from '../../insight/index.ts'
import type { ChosenHistory } from '../../readers/index.ts'
import type { AdmissionRequest, AdmissionResponse } from '../../webhook/index.ts'
import { type Looks, paragraphs, printable } from '../terminal/text.ts'
import type { Case, Report } from './report.ts'

/** The text around the table. All functions are pure: figures in, text out. */

export interface LearningFigures {
  readonly workloads: number
  readonly recommended: number
  readonly samples: number
  readonly ignored: number
  readonly seconds: number
  readonly peakRssBytes: number
}

/** Says what the history is. */
export function renderIntroduction({ source, origin }: ChosenHistory, { columns, paint }: Looks): string {
  const purpose = 'Plimsoll learns what containers need, and corrects the requests of their Pods at creation.'
  const [title, learning] = [purpose, `Learning from ${origin ?? source.name} …`].map((line) =>
    paragraphs([line], columns),
  )
  return `${title!.replace('Plimsoll', paint('bold', 'Plimsoll'))}\n${learning}`
}

export function renderFigures(figures: LearningFigures, { columns }: Looks): string {
  const { workloads, recommended, samples, ignored, seconds, peakRssBytes } = figures
  const lines = [
    `Learned ${plural(workloads, 'workload')} from ${plural(samples, 'sample')} in ${seconds.toFixed(1)} s, ` +
      `peak RSS ${formatCount(Math.round(peakRssBytes / 1e6))} MB.`,
  ]
  if (ignored > 0) lines.push(`${plural(ignored, 'sample')} ${ignored === 1 ? 'was' : 'were'} invalid and left out.`)
  if (recommended < workloads) {
    const without = plural(workloads - recommended, 'workload')
    lines.push(`${without} with less than a day of history, or none in its last 14 days: nothing is recommended.`)
  }
  return paragraphs(lines, columns)
}

/**
 * Says what was sent.
 *
 * @param outOf number of learned workloads, if the largest were sent without requests; undefined if manifests were sent
 */
export function renderSent(cases: readonly Case[], url: string, outOf: number | undefined, { columns }: Looks): string {
  const patched = cases.filter(({ reasons }) => reasons.includes('Applied')).length
  const lines = [
    `Sent ${plural(cases.length, 'Pod')} to ${url} as kube-apiserver would: ${formatCount(patched)} changed.`,
  ]
  if (outOf !== undefined) {
    lines.push(
      `This history does not say what its workloads request, and contains none of the examples. So one Pod each of the ${cases.length} that ` +
        `need most, out of ${formatCount(outOf)}, was sent without requests, and no savings are shown. Send your own Pods with --pods.`,
    )
  }
  return `\n${paragraphs(lines, columns)}\n`
}

export function renderDiffTitle({ manifest: { kind, namespace, name } }: Case, { paint }: Looks): string {
  return `\n${paint('bold', `The Pod of ${kind} ${namespace}/${name}, before and after:`)}\n\n`
}

/** Says what the figures of the table leave out. */
export function renderNotes({ rows }: Report, prices: Price, { columns, paint }: Looks): string {
  const { coreHour, gibHour } = prices
  const isDefault = coreHour === DEFAULT_PRICES.coreHour && gibHour === DEFAULT_PRICES.gibHour
  const origin = isDefault
    ? ', about the list price of on-demand machines in public clouds: a first idea, not a promise. Set yours with --cpu-price and --memory-price.'
    : ', as given.'
  const lines = [`Money: all replicas, 730 hours a month at $${coreHour} a core and $${gibHour} a GiB${origin}`]
  const kinds = new Set(rows.map(({ kind }) => kind))
  if (kinds.has('DaemonSet')) lines.push('A DaemonSet counts for one node.')
  if (kinds.has('CronJob') || kinds.has('Job'))
    lines.push('A CronJob reserves only while it runs, so it is not part of the sum.')
  return `\n${paint('dim', paragraphs([lines.join(' ')], columns).trimEnd())}\n`
}

export interface Serving {
  readonly url: string
  readonly opsUrl: string
  /** Link that opens the dashboard once. */
  readonly dashboard: string
  readonly caFile: string
  readonly reviewFile: string
  /** How the command was called, without its options: `npm start --`. */
  readonly command: string
}

/** Says how to continue from here. */
export function renderClosing(
  { url, opsUrl, dashboard, caFile, reviewFile, command }: Serving,
  { paint }: Looks,
): string {
  return `\n${paint('bold', 'Serving on')} ${url}; Ctrl-C ends it.
Probes and metrics: ${opsUrl}/readyz, /livez, /metrics

${paint('bold', 'Look at it')} in a browser; the link works once:
  ${dashboard}

${paint('bold', 'Send a Pod yourself')}, from another terminal in this folder:
  curl --cacert ${quoted(caFile)} --header 'content-type: application/json' \\
    --data-binary @${quoted(reviewFile)} \\
    ${url}
${paint('bold', 'Your own Pods:')}
  ${command} --pods deployment.yaml
${paint('bold', 'Your own history:')}
  ${command} --history usage.csv.gz
  ${command} --prometheus http://localhost:9090
`
}

function quoted(path: string): string {
  return /^[\w./@-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}

interface Operation {
  readonly op: string
  readonly path: string
  readonly value: unknown
}

/** The webhook's answer in words, because the patch itself is in base64. */
export function renderAnswer(
  { namespace, object }: AdmissionRequest,
  { patch, auditAnnotations }: AdmissionResponse,
): string {
  const { name, generateName } = (object as { metadata?: { name?: string; generateName?: string } }).metadata ?? {}
  const operations = patch ? (JSON.parse(Buffer.from(patch, 'base64').toString()) as Operation[]) : []
  const what = operations.length > 0 ? plural(operations.length, 'change') : 'not changed'
  const pod = printable(`${namespace ?? 'default'}/${name ?? `${generateName ?? ''}…`}`)
  const head = `Pod ${pod}: ${what} (${auditAnnotations?.reasons ?? auditAnnotations?.error})\n`
  const changes = operations
    .filter(({ path }) => path.startsWith('/spec/'))
    .map(({ op, path, value }) => `  ${op} ${path} ${typeof value === 'string' ? value : JSON.stringify(value)}\n`)
  return head + changes.join('')
}
