import { InvalidArgumentError } from 'commander'
import type { FleetInsight, RiskCode, Severity } from '../../insight/index.ts'
import { CommandError } from '../failure.ts'
import { printable } from '../terminal/text.ts'
import { formatMoney } from '../terminal/units.ts'
import type { Report } from './bill.ts'
import { nameOf, shareCell } from './words.ts'

/** Exit code for a report that was made, but shows more than `--fail-on` allows. */
export const LIMIT_EXCEEDED = 3

export type Condition =
  | { readonly text: string; readonly severity: Severity }
  | { readonly text: string; readonly code: RiskCode }
  | { readonly text: string; readonly wastedShare: number }
  | { readonly text: string; readonly wastedPerMonth: number }
  | { readonly text: string; readonly spareNodes: number }
  | { readonly text: string; readonly sparePerMonth: number }

const CODES: Readonly<Record<string, RiskCode>> = {
  'oom-kills': 'OomKills',
  crashing: 'Crashing',
  'at-limit': 'AtLimit',
  'limit-ahead': 'LimitAhead',
  throttled: 'Throttled',
  'above-request': 'AboveRequest',
  'no-requests': 'NoRequest',
}

const SEVERITIES: readonly Severity[] = ['low', 'medium', 'high']

/** The conditions that are accepted, as text for help and errors. */
export const CONDITIONS = `risk=${SEVERITIES.join('|')}, waste=<per cent>% or waste=<money a month>, spare-nodes=<count>, spare-cost=<money a month>, ${Object.keys(CODES).join(', ')}`

/**
 * Parses a list of conditions, separated by commas.
 *
 * @throws InvalidArgumentError if one of them is not a condition
 */
export function parseConditions(list: string): Condition[] {
  return list.split(',').map((part) => {
    const text = part.trim()
    const [name, value] = text.split('=', 2) as [string, string?]
    const code = Object.hasOwn(CODES, name) ? CODES[name] : undefined
    if (code && value === undefined) return { text, code }
    const severity = name === 'risk' ? SEVERITIES.find((one) => one === value) : undefined
    if (severity) return { text, severity }
    const [, amount, percent] = (name === 'waste' && /^(\d{1,12}(?:\.\d+)?)(%?)$/.exec(value ?? '')) || []
    if (amount !== undefined) {
      return percent ? { text, wastedShare: Number(amount) / 100 } : { text, wastedPerMonth: Number(amount) }
    }
    const [, count] = (name === 'spare-nodes' && /^(\d{1,6})$/.exec(value ?? '')) || []
    if (count !== undefined) return { text, spareNodes: Number(count) }
    const [, money] = (name === 'spare-cost' && /^(\d{1,12}(?:\.\d+)?)$/.exec(value ?? '')) || []
    if (money !== undefined) return { text, sparePerMonth: Number(money) }
    throw new InvalidArgumentError(`"${text}" is none of: ${CONDITIONS}.`)
  })
}

/**
 * Lists what exceeds the conditions, one line each; empty if all is well.
 *
 * @throws CommandError if a condition cannot be judged by what is known: silence would look like success
 */
export function exceeded(insight: Report, conditions: readonly Condition[]): string[] {
  return conditions.flatMap((condition) => {
    if ('code' in condition)
      return risky(insight, condition.text, ({ code }) => code === condition.code, condition.code)
    if ('severity' in condition) {
      const from = SEVERITIES.indexOf(condition.severity)
      return risky(insight, condition.text, ({ severity }) => SEVERITIES.indexOf(severity) >= from)
    }
    if (isOnNodes(condition)) return spare(insight, condition)
    return wasteful(insight, condition)
  })
}

type Risk = FleetInsight['workloads'][number]['risks'][number]

/**
 * Note that says that the data for a risk code is missing. If the insight has it, nobody knows whether there is such a
 * risk.
 */
const NEEDS: Readonly<Partial<Record<RiskCode, FleetInsight['notes'][number]['code']>>> = {
  OomKills: 'OomKillsMissing',
  Throttled: 'ThrottlingMissing',
  NoRequest: 'RequestsMissing',
  AboveRequest: 'RequestsMissing',
  AtLimit: 'RequestsMissing',
}

function risky(insight: FleetInsight, text: string, isMeant: (risk: Risk) => boolean, code?: RiskCode): string[] {
  const missing = code && insight.notes.find((note) => note.code === NEEDS[code])
  if (missing) throw cannotJudge(text, missing.says)
  return insight.workloads.flatMap((workload) =>
    workload.risks
      .filter(isMeant)
      .map(({ says }) => `${text}: ${printable(workload.kind)} ${nameOf(workload)}: ${printable(says)}`),
  )
}

function wasteful(
  { total: { money }, prices: { currency }, notes }: FleetInsight,
  condition: Extract<Condition, { wastedShare: number } | { wastedPerMonth: number }>,
): string[] {
  const { now, stillToSave } = money
  if (now === undefined || stillToSave === undefined) {
    const why = notes.find(({ code }) => code === 'RequestsMissing')?.says ?? 'no workload was found'
    throw cannotJudge(condition.text, why)
  }
  const share = now > 0 ? stillToSave / now : 0
  const isMore = 'wastedShare' in condition ? share > condition.wastedShare : stillToSave > condition.wastedPerMonth
  const spelled = `${formatMoney(stillToSave, currency)} of ${formatMoney(now, currency)} a month (${shareCell(Math.max(0, share))})`
  return isMore ? [`${condition.text}: ${spelled} could be freed`] : []
}

type OnNodes = Extract<Condition, { spareNodes: number } | { sparePerMonth: number }>

/** Whether a condition is about nodes, which must then be read. */
export function isOnNodes(condition: Condition): condition is OnNodes {
  return 'spareNodes' in condition || 'sparePerMonth' in condition
}

/** Nodes that the learned requests do not need. */
function spare({ bill, prices: { currency } }: Report, condition: OnNodes): string[] {
  const learned = bill?.scenarios.at(-1)
  if (!bill || !learned) throw cannotJudge(condition.text, 'the nodes are not known')
  const needed = `${learned.needed} of ${bill.nodes} nodes are needed with the ${learned.requests} requests`
  if ('spareNodes' in condition)
    return bill.nodes - learned.needed > condition.spareNodes ? [`${condition.text}: ${needed}`] : []
  if (!bill.isPriced) throw cannotJudge(condition.text, 'all prices are 0')
  const money = `${formatMoney(learned.cost, currency)} of ${formatMoney(bill.cost, currency)} a month`
  return bill.cost - learned.cost > condition.sparePerMonth ? [`${condition.text}: ${needed}, for ${money}`] : []
}

function cannotJudge(text: string, why: string): CommandError {
  return new CommandError(`--fail-on ${text} cannot be judged: ${why.replace(/\.$/, '')}.`)
}
