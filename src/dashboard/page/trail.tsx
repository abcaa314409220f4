import type { Mark } from '../wire.ts'
import { ago, moment } from './format.ts'

const SAYS: Readonly<Record<string, string>> = {
  Learned: 'Applied what was learned',
  Approved: 'Applied what was approved',
  RaisedAfterOomKill: 'Raised after an OOM kill',
  CanaryPassed: 'Applied after a canary',
  RolledBack: 'Rolled back',
  Autoscaler: 'Made way for an autoscaler',
  Rejected: 'Rejected',
  ApprovalExpired: 'The approval expired',
  Held: 'Held',
  Frozen: 'Frozen',
  ChangeWindow: 'Waits for a change window',
  Resumed: 'Goes on',
}

function whySaid(why: string): string {
  return SAYS[why] ?? why
}

/** Who changed what, and what kept something from being changed. */
export function Trail({ trail }: { trail: readonly Mark[] }) {
  if (trail.length === 0) return null
  return (
    <section aria-labelledby="trail">
      <h2 id="trail">What happened</h2>
      <ol class="trail">
        {trail.map(({ time, why, by, revision, changes }) => (
          <li key={time + why}>
            <p>
              <strong>{whySaid(why)}</strong>
              {revision !== undefined && ` · revision ${revision}`} · by {by} ·{' '}
              <time dateTime={time} title={moment(time)}>
                {ago(time)}
              </time>
            </p>
            {changes.length > 0 && (
              <ul>
                {changes.map((change) => (
                  <li key={change}>{change}</li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}
