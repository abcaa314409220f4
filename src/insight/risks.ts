import { formatBytes, formatCores, type ResourceName } from '../resources/index.ts'
import type { ResourceInsight, Risk, Severity } from './model.ts'
import { levelFrom, levelUpTo, RISK_CODES, RISK_LEVELS, SEVERITIES } from './risk-codes.ts'
import type { Studied } from './study.ts'
import { formatCount, shareText } from './text.ts'
import { leastShareAbove, shareAbove } from './uses.ts'

/** Risks of a container as it runs now, the most severe first. A figure that is not known is no risk. */
export function risksOf(container: Studied): Risk[] {
  return [
    ...oomKills(container),
    ...crashing(container),
    ...nearLimit(container),
    ...throttled(container),
    ...aboveRequest(container),
    ...withoutRequest(container),
  ].sort(byUrgency)
}

export function byUrgency(a: Risk, b: Risk): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    RISK_CODES.indexOf(a.code) - RISK_CODES.indexOf(b.code) ||
    compare(a.container, b.container) ||
    compare(a.resource ?? '', b.resource ?? '')
  )
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function oomKills({ facts: { name, oomKills, restarts = 0 }, resources: { memory } }: Studied): Risk[] {
  if (!oomKills) return []
  // A Pod shows the last end of a container only: earlier ones may have been OOM kills too.
  const times = oomKills === 1 ? 'once' : `${formatCount(oomKills)} times`
  const seen = restarts > oomKills ? `at least ${times} in ${formatCount(restarts)} restarts` : times
  const limit = memory.now?.limit
  const before = memory.author?.limit
  if (before !== undefined && limit !== undefined && limit > before) {
    return [
      {
        ...{ code: 'OomKills', severity: 'medium', container: name, resource: 'memory' },
        says: `${name} was OOM-killed ${seen}; its memory limit has since been raised from ${formatBytes(before)} to ${formatBytes(limit)}.`,
        act: 'Check whether the kills continue.',
      },
    ]
  }
  const under = limit === undefined ? '' : ` under its limit of ${formatBytes(limit)}`
  return [
    {
      ...{ code: 'OomKills', severity: 'high', container: name, resource: 'memory' },
      says: `${name} was OOM-killed ${seen}${under}.`,
      act: raiseLimit(memory, limit),
    },
  ]
}

function raiseLimit({ applied, learned: { limit: learned } = {} }: ResourceInsight, limit: number | undefined): string {
  if (applied?.limit !== undefined && limit !== undefined && applied.limit > limit)
    return `Restart it: its new Pods get a limit of ${formatBytes(applied.limit)}.`
  return learned !== undefined && learned > (limit ?? 0)
    ? `Raise its memory limit to ${formatBytes(learned)}, as was learned.`
    : 'Raise its memory limit, or find out what made it grow.'
}

function crashing({ facts: { name, isCrashing, restarts } }: Studied): Risk[] {
  if (!isCrashing) return []
  const times = restarts ? `, ${formatCount(restarts)} times so far` : ''
  const says = `${name} keeps failing and restarting${times}.`
  return [
    { code: 'Crashing', severity: 'high', container: name, says, act: `Look at its log: kubectl logs --previous.` },
  ]
}

function nearLimit({ facts: { name, oomKills }, resources: { memory } }: Studied): Risk[] {
  const { now, uses, growth } = memory
  const risk = { container: name, resource: 'memory' as const }
  const risks: Risk[] = []
  const used = now?.limit && uses ? uses.peak / now.limit : 0
  const severity = levelFrom(used, RISK_LEVELS.atLimit)
  // Nobody has seen how much a killed container needs: the kills are reported, and the figure is an estimate.
  if (severity && !(used > 1 && oomKills)) {
    risks.push({
      ...{ code: 'AtLimit', severity, ...risk },
      says:
        used > 1
          ? `${name} has needed up to ${formatBytes(uses!.peak)} of memory, more than its limit of ${formatBytes(now!.limit!)}.`
          : `Memory of ${name} has reached ${shareText(used)} of its limit: ${formatBytes(uses!.peak)} of ${formatBytes(now!.limit!)}.`,
      act: raiseLimit(memory, now!.limit),
    })
  }
  if (growth?.daysLeft !== undefined) {
    const soon = levelUpTo(growth.daysLeft, RISK_LEVELS.daysLeft)
    const when =
      growth.daysLeft === 0
        ? 'within a day'
        : `in ${formatCount(growth.daysLeft)} ${growth.daysLeft === 1 ? 'day' : 'days'}`
    if (soon) {
      risks.push({
        ...{ code: 'LimitAhead', severity: soon, ...risk },
        says: `Memory of ${name} grows by ${formatBytes(growth.perDay)} a day and reaches its limit of ${formatBytes(now!.limit!)} ${when}.`,
        act: 'Look for a leak; until it is found, restart it or raise the limit.',
      })
    }
  }
  return risks
}

function throttled({ facts: { name, throttledShare }, resources: { cpu } }: Studied): Risk[] {
  const severity = levelFrom(throttledShare ?? 0, RISK_LEVELS.throttled)
  if (!severity) return []
  const limit = cpu.now?.limit === undefined ? '' : ` of ${formatCores(cpu.now.limit)}`
  return [
    {
      ...{ code: 'Throttled', severity, container: name, resource: 'cpu' },
      says: `${name} was throttled at its CPU limit${limit} in ${shareText(throttledShare!)} of its CPU periods.`,
      act: 'Raise or remove its CPU limit: requests already guarantee its neighbours their CPU.',
    },
  ]
}

function aboveRequest({ facts: { name }, samples, evidence, resources }: Studied): Risk[] {
  const of = (resource: ResourceName, levels: Readonly<Record<Severity, number>>): Risk[] => {
    const request = resources[resource].now?.request
    const its = samples[resource]
    if (!request) return []
    const share = its ? shareAbove(its, request) : leastShareAbove(evidence[resource], request)
    const often = `${its ? '' : 'at least '}${shareText(share)}`
    const severity = levelFrom(share, levels)
    if (!severity) return []
    const learned = resources[resource].learned?.request
    const better = learned !== undefined && learned > request
    const format = resource === 'cpu' ? formatCores : formatBytes
    const applied = resources[resource].applied?.request ?? 0
    return [
      {
        ...{ code: 'AboveRequest', severity, container: name, resource },
        says:
          resource === 'cpu'
            ? `${name} uses more CPU than its request of ${format(request)} in ${often} of the samples: on a full node it gets less.`
            : `${name} uses more memory than its request of ${format(request)} in ${often} of the samples: on a full node its Pods are among the first to be evicted.`,
        act:
          applied > request
            ? `Restart it: its new Pods get ${format(applied)}.`
            : better
              ? `Raise the request to ${format(learned)}, as was learned.`
              : 'Raise the request, or accept the risk.',
      },
    ]
  }
  return [...of('cpu', RISK_LEVELS.cpuAbove), ...of('memory', RISK_LEVELS.memoryAbove)]
}

function giveRequests(missing: readonly ResourceName[], resources: Studied['resources']): string {
  const values = missing.flatMap((resource) => {
    const learned = resources[resource].learned?.request
    if (learned === undefined) return []
    return [resource === 'cpu' ? `${formatCores(learned)} CPU` : `${formatBytes(learned)} of memory`]
  })
  return values.length === 0
    ? 'Set its requests: after a day of usage, Plimsoll can say which.'
    : `Give it a request of ${values.join(' and ')}, as was learned.`
}

function withoutRequest({ facts: { name }, resources }: Studied): Risk[] {
  const missing = (['cpu', 'memory'] as const).filter((resource) => {
    const { now } = resources[resource]
    return now && !now.request
  })
  if (missing.length === 0) return []
  const [only, other] = missing
  const act = giveRequests(missing, resources)
  if (other) {
    const says = `${name} requests no CPU and no memory: the scheduler does not see it, and it is evicted first.`
    return [{ code: 'NoRequest', severity: 'high', container: name, says, act }]
  }
  const says =
    only === 'cpu'
      ? `${name} requests no CPU: on a full node it gets what is left.`
      : `${name} requests no memory: the scheduler does not see what it uses, and it is evicted early.`
  return [{ code: 'NoRequest', severity: 'medium', container: name, resource: only!, says, act }]
}
