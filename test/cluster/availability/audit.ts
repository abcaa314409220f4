import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ControlPlane, until } from '../harness/index.ts'

const USER = 'system:serviceaccount:plimsoll:plimsoll'

interface AuditEvent {
  readonly verb: string
  readonly requestReceivedTimestamp: string
  readonly user: { readonly username: string }
  readonly objectRef?: { readonly apiGroup?: string; readonly resource: string; readonly subresource?: string }
  readonly responseStatus?: { readonly code?: number }
}

interface Rule {
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly verbs: readonly string[]
}

export interface Audit {
  /** Flags of the API server that make the record. */
  readonly apiserverArgs: readonly string[]
  /** `verb group/resource` of everything that Plimsoll asked for and got. */
  used(): ReadonlySet<string>
  /** Answers 403 that it got, in the same form. */
  refused(): ReadonlySet<string>
  /** An API server that has only been started refuses everybody until it has read the roles: what it refuses meanwhile is nothing. */
  whileStarting(start: () => Promise<void>): Promise<void>
  remove(): void
}

/** Has the API server record what Plimsoll's service account asks for. */
export function startAudit(): Audit {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-audit-'))
  const policy = join(directory, 'policy.yaml')
  const log = join(directory, 'audit.log')
  writeFileSync(
    policy,
    JSON.stringify({
      apiVersion: 'audit.k8s.io/v1',
      kind: 'Policy',
      omitStages: ['RequestReceived'],
      rules: [{ level: 'Metadata', users: [USER] }, { level: 'None' }],
    }),
  )
  const starts: { readonly from: number; readonly to: number }[] = []
  const isWhileStarting = ({ requestReceivedTimestamp }: AuditEvent) => {
    const at = Date.parse(requestReceivedTimestamp)
    return starts.some(({ from, to }) => from <= at && at <= to)
  }
  const events = () =>
    readFileSync(log, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter(({ objectRef }) => objectRef !== undefined)
  const isRefused = ({ responseStatus }: AuditEvent) => responseStatus?.code === 403
  const names = (isWanted: (event: AuditEvent) => boolean) =>
    new Set(
      events()
        .filter(isWanted)
        .map(({ verb, objectRef }) => spell(verb, objectRef!.apiGroup ?? '', objectRef!)),
    )
  return {
    apiserverArgs: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`, '--audit-log-mode=blocking-strict'],
    used: () => names((event) => !isRefused(event)),
    refused: () => names((event) => isRefused(event) && !isWhileStarting(event)),
    async whileStarting(start) {
      const from = Date.now()
      await start()
      starts.push({ from, to: Date.now() })
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** Everything that the roles of the release allow, in the form of the record. */
export async function granted({ kubectl }: ControlPlane): Promise<ReadonlySet<string>> {
  const roles = ['clusterrole/plimsoll', 'role/plimsoll']
  const get = ['get', ...roles, '--namespace=plimsoll', '--output=json']
  const { items } = JSON.parse(await kubectl(get)) as { items: { rules: readonly Rule[] }[] }
  const all = new Set<string>()
  for (const { apiGroups = [], resources = [], verbs } of items.flatMap(({ rules }) => rules)) {
    for (const group of apiGroups) {
      for (const resource of resources) {
        const [plural = '', subresource] = resource.split('/')
        for (const verb of verbs) all.add(spell(verb, group, { resource: plural, ...(subresource && { subresource }) }))
      }
    }
  }
  return all
}

/**
 * Server-side apply of what is not there is recorded as `patch` and asks for `create` as well: what may be applied counts as
 * created when it was patched.
 */
export function withCreatedByApply(used: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([
    ...used,
    ...[...used].filter((one) => one.startsWith('patch ')).map((one) => one.replace('patch', 'create')),
  ])
}

export async function untilUsed(audit: Audit, wanted: ReadonlySet<string>): Promise<void> {
  const isUsed = () => {
    const used = withCreatedByApply(audit.used())
    return [...wanted].every((one) => used.has(one))
  }
  await until('every right to be used', isUsed, { timeoutMilliseconds: 180_000, everyMilliseconds: 1_000 }).catch(
    () => {},
  )
}

function spell(verb: string, group: string, of: { readonly resource: string; readonly subresource?: string }): string {
  return `${verb} ${group}/${of.resource}${of.subresource ? `/${of.subresource}` : ''}`
}
