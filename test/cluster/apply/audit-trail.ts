// The learner's requests to an API server, from the audit log.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { version } from '../../../src/commands/cluster-client.ts'

interface AuditEvent {
  readonly verb: string
  readonly userAgent?: string
  readonly requestURI: string
  readonly requestReceivedTimestamp: string
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string; readonly name?: string }
  readonly responseStatus?: { readonly code?: number }
}

export type RequestKind = 'apply' | 'dry run' | 'event' | 'lease' | 'other'

export interface LearnersRequest {
  readonly kind: RequestKind
  readonly atMilliseconds: number
  /** `update resource/subresource name`. */
  readonly what: string
  readonly code: number
}

export interface AuditTrail {
  /** Flags of the API server. */
  readonly args: readonly string[]
  /** Completed writes of the learner, the oldest first. */
  writes(): readonly LearnersRequest[]
  remove(): void
}

const WRITES = ['create', 'update', 'patch', 'delete']

/** Makes an API server log every write. The learner is recognised by its User-Agent, which differs from that of the tests. */
export function auditWrites(): AuditTrail {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-audit-'))
  const [policy, log] = [join(directory, 'policy.yaml'), join(directory, 'audit.log')]
  const rules = [{ level: 'Metadata', verbs: WRITES }, { level: 'None' }]
  writeFileSync(
    policy,
    JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules }),
  )
  return {
    args: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`, '--audit-log-mode=blocking'],
    writes: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as AuditEvent)
        .filter(({ userAgent }) => userAgent === `plimsoll/${version()}`)
        .map((event) => ({
          kind: kindOf(event),
          atMilliseconds: Date.parse(event.requestReceivedTimestamp),
          what: `${event.verb} ${[event.objectRef?.resource, event.objectRef?.subresource].filter(Boolean).join('/')} ${event.objectRef?.name}`,
          code: event.responseStatus?.code ?? 0,
        }))
        .sort((a, b) => a.atMilliseconds - b.atMilliseconds),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

function kindOf({ requestURI, objectRef }: AuditEvent): RequestKind {
  if (/[?&]dryRun=All/.test(requestURI)) return 'dry run'
  if (objectRef?.resource === 'pods') return 'apply'
  if (objectRef?.resource === 'events') return 'event'
  return objectRef?.resource === 'leases' ? 'lease' : 'other'
}

/** Highest rate of requests per second over any window of this many seconds. */
export function mostPerSecond(requests: readonly LearnersRequest[], windowSeconds: number): number {
  const times = requests.map(({ atMilliseconds }) => atMilliseconds)
  let [first, most] = [0, 0]
  times.forEach((time, last) => {
    while (time - times[first]! >= windowSeconds * 1000) first++
    most = Math.max(most, last - first + 1)
  })
  return most / windowSeconds
}
