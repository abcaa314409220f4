import { createHash } from 'node:crypto'
import { nameOf, type WantedValue, type WantedWorkload } from './wanted.ts'

/** What one branch and its pull request are for. */
export interface Request {
  readonly branch: string
  readonly namespace: string
  /** Workloads whose files change. */
  readonly workloads: readonly WantedWorkload[]
}

/** Both APIs accept more; a table this long is not read anyway. */
const MAX_CHARACTERS = 40_000
const MAX_PROBLEM_CHARACTERS = 10_000
const MARKER = /<!-- plimsoll: values=(\w+)( obsolete)? -->/

/** Title of a pull request, and subject of its commit. */
export function titleOf({ namespace, workloads }: Request): string {
  const [first] = workloads
  const what = workloads.length === 1 ? nameOf(first!.workload) : `${workloads.length} workloads`
  return `Set CPU and memory of ${what} in ${namespace}`
}

/** Body of a pull request in Markdown: what changes, why, with which confidence, and how to decline. */
export function bodyOf(request: Request, problems: readonly string[]): string {
  const sections = request.workloads.map(sectionOf)
  const shown = fitting(sections, MAX_CHARACTERS)
  const listed = problems.map((one) => `- ${plainText(one)}`)
  const told = fitting(listed, MAX_PROBLEM_CHARACTERS)
  return [
    `Plimsoll learned these values from usage. They are for namespace \`${request.namespace}\`.`,
    ...shown,
    ...(shown.length < sections.length
      ? [`${sections.length - shown.length} more workloads are in the changed files.`]
      : []),
    ...(listed.length > 0 ? [`Not changed:\n\n${told.join('\n')}`] : []),
    ...(told.length < listed.length ? [`And ${listed.length - told.length} more.`] : []),
    DECLINING,
    `<!-- plimsoll: values=${digestOf(request)} -->`,
  ].join('\n\n')
}

/** The first parts, as many as have together at most so many characters. */
function fitting(parts: readonly string[], characters: number): readonly string[] {
  let size = 0
  return parts.filter((part) => {
    size += part.length
    return size <= characters
  })
}

const DECLINING = `**To decline**, close this request without merging it. It is opened again only for other values. To decline for longer, set bounds in a
SizingPolicy, or give the workload's Pod template the label \`plimsoll.dev/inject: "false"\`. If you push to the branch, Plimsoll leaves it to you.`

function sectionOf({ workload, values, note }: WantedWorkload): string {
  const rows = values.map((value) => {
    const { container, section, resource, from, to, confidence, why } = value
    const sure = confidence === undefined ? '' : `${Math.floor(confidence * 100)} %`
    return `| ${container} | ${resource} ${section.slice(0, -1)} | ${from ?? 'none'} | ${to} | ${sure} | ${plainText(why.join('; '))} |`
  })
  const head = ['| Container | Value | Now | Proposed | Confidence | Why |', '|---|---|---|---|---|---|']
  const noted = note === undefined ? [] : ['', `Note: ${plainText(note)}.`]
  return [`### ${nameOf(workload)}`, '', ...head, ...rows, ...noted].join('\n')
}

/** Keeps text from being read as Markdown or HTML. */
function plainText(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>|]/g, '\\$&').replaceAll(/\s+/g, ' ')
}

/** What a body says that it was written for; undefined if Plimsoll did not write it. */
export function markedValues(body: string): { readonly values: string; readonly isObsolete: boolean } | undefined {
  const [, values, obsolete] = MARKER.exec(body) ?? []
  return values === undefined ? undefined : { values, isObsolete: obsolete !== undefined }
}

/** Body of a pull request that Plimsoll closes itself, which is not declining it. */
export function obsoleteBody(body: string): string {
  return `Closed by Plimsoll: there is nothing to change any more.\n\n${body.replace(MARKER, '<!-- plimsoll: values=$1 obsolete -->')}`
}

/** Identifies the proposed values, independently of the files and of what the workloads have now. */
export function digestOf({ workloads }: Request): string {
  const key = ({ container, section, resource, to }: WantedValue) => [container, section, resource, to].join(' ')
  const all = workloads.map(({ workload, values }) => [nameOf(workload), ...values.map(key).sort()]).sort()
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 16)
}
