// Who changed the resources of Pods, and when each VPA was switched: from the audit log of an API server.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VPA_REGISTRATION } from './vpa-programs.ts'

interface AuditEvent {
  readonly verb: string
  readonly userAgent?: string
  readonly requestReceivedTimestamp: string
  readonly stageTimestamp: string
  readonly requestURI: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly objectRef?: {
    readonly resource?: string
    readonly subresource?: string
    readonly namespace?: string
    readonly name?: string
  }
  readonly responseStatus?: { readonly code?: number }
  readonly requestObject?: {
    readonly metadata?: { readonly labels?: Readonly<Record<string, string>> }
    readonly spec?: unknown
  }
  readonly responseObject?: { readonly metadata?: { readonly name?: string } }
}

export interface PodChange {
  readonly by: 'vpa' | 'plimsoll'
  /** Name of the Pod. */
  readonly pod: string
  readonly how: 'created' | 'resized' | 'evicted'
  readonly atMilliseconds: number
}

/** When the update mode of a VPA was set by Plimsoll's command. */
export interface Switch {
  readonly vpa: string
  readonly mode: string
  readonly atMilliseconds: number
}

/** Makes an API server log each write of Pods and VPAs, with what webhooks changed. */
export function auditPods() {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-audit-'))
  const [policy, log] = [join(directory, 'policy.yaml'), join(directory, 'audit.log')]
  const resources = [
    { group: '', resources: ['pods', 'pods/resize', 'pods/eviction'] },
    { group: 'autoscaling.k8s.io', resources: ['verticalpodautoscalers'] },
  ]
  const verbs = ['create', 'update', 'patch', 'delete']
  const rules = [{ level: 'RequestResponse', verbs, resources }, { level: 'None' }]
  const content = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules }
  writeFileSync(policy, JSON.stringify(content))
  const events = () =>
    readFileSync(log, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter(({ responseStatus, requestURI }) => (responseStatus?.code ?? 500) < 300 && !/dryRun=All/.test(requestURI))
  return {
    /** Flags of the API server. */
    args: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`, '--audit-log-mode=blocking'],
    /** Changes of the resources of Pods in a namespace, and evictions by VPA, the oldest first. */
    changes: (namespace: string): PodChange[] =>
      events()
        .filter(({ objectRef }) => objectRef?.resource === 'pods' && objectRef.namespace === namespace)
        .flatMap(changesOf)
        .sort((a, b) => a.atMilliseconds - b.atMilliseconds),
    switches: (namespace: string): Switch[] =>
      events()
        .filter(
          ({ objectRef, verb, userAgent = '' }) =>
            objectRef?.resource === 'verticalpodautoscalers' &&
            objectRef.subresource === undefined &&
            objectRef.namespace === namespace &&
            verb === 'patch' &&
            userAgent.startsWith('plimsoll/'),
        )
        .map(({ objectRef, requestObject, stageTimestamp }) => {
          const { updatePolicy } = requestObject!.spec as { updatePolicy?: { updateMode?: string | null } | null }
          return {
            vpa: objectRef!.name!,
            mode: updatePolicy?.updateMode ?? 'none',
            atMilliseconds: Date.parse(stageTimestamp),
          }
        }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

function changesOf(event: AuditEvent): PodChange[] {
  const { verb, objectRef, userAgent = '', responseObject } = event
  const pod = objectRef?.name || responseObject?.metadata?.name || ''
  const atMilliseconds = Date.parse(event.requestReceivedTimestamp)
  const program = userAgent.startsWith('plimsoll/') ? 'plimsoll' : /updater/.test(userAgent) ? 'vpa' : undefined
  if (objectRef?.subresource === 'eviction')
    return program ? [{ by: program, pod, how: 'evicted', atMilliseconds }] : []
  if (objectRef?.subresource === 'resize') return program ? [{ by: program, pod, how: 'resized', atMilliseconds }] : []
  if (verb !== 'create') return []
  return webhooksOf(event).map((by) => ({ by, pod, how: 'created', atMilliseconds }))
}

/** Webhooks that changed resources of a new Pod. Source: audit annotations of the API server's mutating webhook plugin. */
function webhooksOf({ annotations = {} }: AuditEvent): ('vpa' | 'plimsoll')[] {
  const patches = Object.entries(annotations).filter(([key]) => key.startsWith('patch.webhook.admission.k8s.io/'))
  const by = patches.flatMap(([, text]) => {
    const { configuration, patch } = JSON.parse(text) as { configuration: string; patch: readonly { path: string }[] }
    if (!patch.some(({ path }) => path.includes('/resources'))) return []
    return [configuration === VPA_REGISTRATION ? ('vpa' as const) : ('plimsoll' as const)]
  })
  return [...new Set(by)]
}
