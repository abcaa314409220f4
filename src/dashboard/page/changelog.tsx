import type { Change, WrittenValues } from '../wire.ts'
import { ago, moment } from './format.ts'

const SAYS: Readonly<Record<string, string>> = {
  Learned: 'Applied the learned values',
  Approved: 'Applied the approved values',
  RaisedAfterOomKill: 'Raised after an OOM kill',
  RaisedForPressure: 'Raised for containers under pressure',
  CanaryPassed: 'Applied after a canary',
  RolledBack: 'Rolled back',
  Autoscaler: 'Left to an autoscaler',
  Rejected: 'Rejected',
  ApprovalExpired: 'The approval expired',
  Held: 'Held',
  Frozen: 'Frozen',
  ChangeWindow: 'Waits for a change window',
  SloBurning: 'Not lowered: the error budget of an SLO burns',
  SloMissing: 'Not lowered: the state of an SLO is unknown',
  Resumed: 'Continues',
}

/** The changelog of a workload: who changed what, and what kept something from being changed. */
export function Changelog({ changelog }: { changelog: readonly Change[] }) {
  if (changelog.length === 0) return null
  return (
    <section aria-labelledby="changelog">
      <h2 id="changelog">What happened</h2>
      <ol class="changelog">
        {changelog.map(({ time, reason, by, revision, changes = [], message }) => {
          const lines = [...changes.map(describeChange), ...(message ? [message] : [])]
          return (
            <li key={time + reason}>
              <p>
                <strong>{SAYS[reason] ?? reason}</strong>
                {revision !== undefined && ` · revision ${revision}`} · by {by} ·{' '}
                <time dateTime={time} title={moment(time)}>
                  {ago(time)}
                </time>
              </p>
              {lines.length > 0 && (
                <ul>
                  {lines.map((line) => (
                    <li key={line}>{line}</li>
                  ))}
                </ul>
              )}
            </li>
          )
        })}
      </ol>
    </section>
  )
}

/** One change as text, such as `app cpu 500m -> 250m`; a value with a limit is `500m/1`. */
function describeChange({ container, resource, from, to }: NonNullable<Change['changes']>[number]): string {
  return `${container} ${resource} ${spell(from)} -> ${spell(to)}`
}

function spell(values: WrittenValues | undefined): string {
  if (!values) return 'unset'
  return [values.request ?? '-', values.limit].filter((part) => part !== undefined).join('/')
}
