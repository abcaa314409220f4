import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface AuditEvent {
  readonly verb: string
  readonly user: { readonly username: string }
  readonly objectRef?: { readonly resource: string }
}

/** Makes an API server log every request. */
export function auditEverything() {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-audit-'))
  const [policy, log] = [join(directory, 'policy.yaml'), join(directory, 'audit.log')]
  const rules = [{ level: 'Metadata' }]
  writeFileSync(
    policy,
    JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules }),
  )
  return {
    /** Flags of the API server. */
    args: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`, '--audit-log-mode=blocking'],
    /** Distinct `verb resource` of all requests of a user, sorted. */
    askedBy(user: string): string[] {
      const events = readFileSync(log, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as AuditEvent)
        .filter(({ user: { username } }) => username === user)
      return [...new Set(events.map(({ verb, objectRef }) => `${verb} ${objectRef?.resource ?? '-'}`))].sort()
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
