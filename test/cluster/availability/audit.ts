import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ControlPlane, until } from '../harness/index.ts'

/** Service accounts of the release: of the webhook, and of the learner. Their roles have the same names. */
export const ACCOUNTS = ['plimsoll', 'plimsoll-learner'] as const
export type Account = (typeof ACCOUNTS)[number]

const userOf = (account: Account) => `system:serviceaccount:plimsoll:${account}`

interface AuditEvent {
  readonly verb: string
  readonly requestReceivedTimestamp: string
  readonly user: { readonly username: string }
  readonly requestURI: string
  readonly objectRef?: {
    readonly apiGroup?: string
    readonly resource: string
    readonly subresource?: string
    readonly name?: string
  }
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
  /** `verb group/resource` of everything that an account asked for and got. */
  used(account: Account): ReadonlySet<string>
  /** Answers 403 that it got, in the same form. */
  refused(account: Account): ReadonlySet<string>
  /** Names of the Secrets that it asked for; `*` for one that it asked for without a name. */
  secrets(account: Account): ReadonlySet<string>
  /** An API server that has only been started refuses everybody until it has read the roles: what it refuses meanwhile is nothing. */
  whileStarting(start: () => Promise<void>): Promise<void>
  remove(): void
}

/** Has the API server record what Plimsoll's service accounts ask for. */
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
      rules: [{ level: 'Metadata', users: ACCOUNTS.map(userOf) }, { level: 'None' }],
    }),
  )
  const starts: { readonly from: number; readonly to: number }[] = []
  const isWhileStarting = ({ requestReceivedTimestamp }: AuditEvent) => {
    const at = Date.parse(requestReceivedTimestamp)
    return starts.some(({ from, to }) => from <= at && at <= to)
  }
  const events = (account: Account) =>
    readFileSync(log, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter(({ objectRef, user }) => objectRef !== undefined && user.username === userOf(account))
  const isRefused = ({ responseStatus }: AuditEvent) => responseStatus?.code === 403
  const names = (account: Account, isWanted: (event: AuditEvent) => boolean) =>
    new Set(
      events(account)
        .filter(isWanted)
        .map(({ verb, objectRef }) => spell(verb, objectRef!.apiGroup ?? '', objectRef!)),
    )
  return {
    apiserverArgs: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`, '--audit-log-mode=blocking-strict'],
    used: (account) => names(account, (event) => !isRefused(event)),
    refused: (account) => names(account, (event) => isRefused(event) && !isWhileStarting(event)),
    secrets: (account) =>
      new Set(
        events(account)
          .filter(({ objectRef }) => objectRef?.resource === 'secrets')
          .map(({ objectRef, requestURI }) => objectRef?.name ?? selectedName(requestURI) ?? '*'),
      ),
    async whileStarting(start) {
      const from = Date.now()
      await start()
      starts.push({ from, to: Date.now() })
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** The one object that a list or watch asks for. */
function selectedName(requestUri: string): string | undefined {
  const selector = new URL(requestUri, 'https://kubernetes').searchParams.get('fieldSelector') ?? ''
  return /^metadata\.name=(.+)$/.exec(selector)?.[1]
}

/** Everything that the roles of an account allow, in the form of the record. */
export async function granted({ kubectl }: ControlPlane, account: Account): Promise<ReadonlySet<string>> {
  const roles = [`clusterrole/${account}`, `role/${account}`]
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

export async function untilUsed(audit: Audit, account: Account, wanted: ReadonlySet<string>): Promise<void> {
  const isUsed = () => {
    const used = withCreatedByApply(audit.used(account))
    return [...wanted].every((one) => used.has(one))
  }
  await until('every right to be used', isUsed, { timeoutMilliseconds: 180_000, everyMilliseconds: 1_000 }).catch(
    () => {},
  )
}

function spell(verb: string, group: string, of: { readonly resource: string; readonly subresource?: string }): string {
  return `${verb} ${group}/${of.resource}${of.subresource ? `/${of.subresource}` : ''}`
}
