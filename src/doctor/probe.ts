import { type KubeClient, type KubeObject, PODS } from '../kube/index.ts'
import type { LabelledNamespace, Probe } from './facts.ts'
import { sumOf } from './metrics.ts'

const CALLS = 'apiserver_admission_webhook_request_total'
const FAILED_OPEN = 'apiserver_admission_webhook_fail_open_count'
const WEBHOOKS = ['auto.plimsoll.dev', 'approve.plimsoll.dev']

/**
 * Makes the API server call the webhook for a Pod in a dry run, and counts the calls by the API server's own metrics. Undefined
 * if no namespace has mode auto or approve.
 */
export async function tryCall(
  client: KubeClient,
  namespaces: readonly LabelledNamespace[],
): Promise<Probe | undefined> {
  const where = namespaces.find(({ label }) => label === 'auto' || label === 'approve')
  if (!where) return undefined
  const webhook = `${where.label}.plimsoll.dev`
  const count = async () => {
    const text = await client.text('/metrics')
    return {
      calls: sumOf(text, CALLS, { name: webhook }) ?? 0,
      failedOpen: sumOf(text, FAILED_OPEN, { name: webhook }) ?? 0,
    }
  }
  const before = await count()
  const refused = await client.create(PODS, podForShow(where.name), { dryRun: true, urgent: true }).then(
    () => undefined,
    (error: Error) => error.message,
  )
  const after = await count()
  return {
    namespace: where.name,
    webhook,
    calls: after.calls - before.calls,
    failedOpen: after.failedOpen - before.failedOpen,
    ...(refused !== undefined && { refused }),
  }
}

export async function countFailedOpen(client: KubeClient): Promise<ReadonlyMap<string, number>> {
  const text = await client.text('/metrics')
  return new Map(WEBHOOKS.map((name) => [name, sumOf(text, FAILED_OPEN, { name }) ?? 0]))
}

/** The Pod of the dry run. It passes the strictest Pod Security level, and names no user, which OpenShift would refuse. */
function podForShow(namespace: string): KubeObject {
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
  return {
    metadata: { namespace, generateName: 'plimsoll-doctor-' },
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{ name: 'nothing', image: 'plimsoll-doctor', securityContext }],
    },
  } as KubeObject
}
