import type { WorkloadInsight } from '../../insight/index.ts'
import type { Detail, SessionAnswer } from '../wire.ts'
import { addressOf } from './address.ts'
import type { Named } from './api.ts'
import * as api from './api.ts'
import { Changelog } from './changelog.tsx'
import { Decision } from './decision.tsx'
import { Evidence } from './evidence.tsx'
import { money, NONE, percent } from './format.ts'
import { Badge, Problem, RiskBadge, Skeleton } from './parts.tsx'
import { Running } from './running.tsx'
import { Slos } from './slos.tsx'
import { UsageSection } from './usage.tsx'
import { useData } from './use-data.ts'
import { Why } from './why.tsx'

const EVERY_MILLISECONDS = 10_000

interface WorkloadProps {
  readonly named: Named
  readonly query: URLSearchParams
  readonly session: SessionAnswer
  readonly onDecided: () => void
}

/** View of one workload: all that is known about it, and what can be done. */
export function Workload({ named, query, session, onDecided }: WorkloadProps) {
  const { namespace, kind, name } = named
  const { value, error, again } = useData(
    api.pathOf(named),
    (signal) => api.workload(named, signal),
    EVERY_MILLISECONDS,
  )
  const decided = () => {
    again()
    onDecided()
  }
  return (
    <>
      <p class="crumbs">
        <a href={addressOf('/')}>Fleet</a> /{' '}
        <a href={addressOf(`/?namespace=${encodeURIComponent(namespace)}`)}>{namespace}</a> / {kind}
      </p>
      {value ? (
        <WorkloadOf detail={value} {...{ named, query, session }} onDecided={decided} />
      ) : (
        <>
          <h1>{name}</h1>
          {error ? <Problem title="It cannot be shown" error={error} again={again} /> : <Skeleton rows={6} />}
        </>
      )}
    </>
  )
}

function WorkloadOf({ detail, named, query, session, onDecided }: WorkloadProps & { detail: Detail }) {
  const { insight, currency } = detail
  const { name, mode, goal, criticality, recommendation, risks } = insight
  const state = detail.state ?? recommendation?.state
  return (
    <>
      <div class="title">
        <h1>{name}</h1>
        <p class="badges">
          {mode && <Badge>mode {mode}</Badge>}
          {state && <Badge tone={state === 'Pending' ? 'waits' : ''}>{state}</Badge>}
          <Badge>goal {goal}</Badge>
          {criticality && <Badge>criticality {criticality}</Badge>}
        </p>
      </div>
      <Headline insight={insight} currency={currency} />
      <Decision detail={detail} named={named} readOnly={session.readOnly} onDecided={onDecided} />
      {risks.length > 0 && (
        <section aria-labelledby="risks">
          <h2 id="risks">At risk</h2>
          <ul class="risks">
            {risks.map((risk) => (
              <li key={risk.code + risk.container + risk.resource}>
                <RiskBadge severity={risk.severity} />
                <div>
                  <p>{risk.says}</p>
                  <p class="quiet">{risk.act}</p>
                </div>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Slos insight={insight} changelog={detail.changelog} query={query} />
      <UsageSection detail={detail} named={named} query={query} />
      <Running explained={detail.explained} />
      <Why detail={detail} />
      <Evidence insight={insight} />
      <Changelog changelog={detail.changelog} />
    </>
  )
}

function Headline({ insight, currency }: { insight: WorkloadInsight; currency: string }) {
  const { money: costs, confidence, waiting, pods, autoscaled } = insight
  // Without Pods, the cost is zero, which does not say what one Pod costs.
  const cost = (amount: number | undefined): [string, string] =>
    pods === 0 ? [NONE, 'no Pods now'] : [money(amount, currency), 'a month']
  const facts: [string, string, string][] = [
    ['Costs now', ...cost(costs.now)],
    ['Still to free', ...cost(costs.stillToSave)],
    ['Freed so far', ...cost(costs.savedSoFar)],
    ['Confidence', percent(confidence?.value), confidence?.doubt ?? 'that it holds for a day'],
    ...(autoscaled && autoscaled.minimum.now.perMonth !== undefined
      ? [least(money(autoscaled.minimum.now.perMonth, currency), autoscaled.minReplicas)]
      : []),
    ['Pods', pods === undefined ? '–' : String(Math.round(pods * 100) / 100), 'running'],
  ]
  return (
    <>
      <dl class="facts">
        {facts.map(([term, value, unit]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>
              {value} <small>{unit}</small>
            </dd>
          </div>
        ))}
      </dl>
      {autoscaled && <p class="quiet">{autoscaled.says}</p>}
      {waiting && waiting.state !== 'Pending' && (
        <p class="banner inline">
          {waiting.says} It waits for {waiting.forWhom}.
        </p>
      )}
    </>
  )
}

/** What the HPA never goes below. */
function least(amount: string, minReplicas: number): [string, string, string] {
  return ['Costs at least', amount, `a month, for ${minReplicas} ${minReplicas === 1 ? 'Pod' : 'Pods'}`]
}
