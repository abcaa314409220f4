import { ACCEPTS_PATH_KEYS, formatPathKeys, PLAIN, parsePathKeys, readReviewPath, reviewPath } from '../api/index.ts'
import {
  type KubeClient,
  type KubeObject,
  type ResourceType,
  SECRETS,
  unlessMissing,
  WEBHOOK_CONFIGURATIONS,
} from '../kube/index.ts'
import { encode, field, type MutatingWebhookConfiguration, type Places, type Secret, type Sight } from './cluster.ts'
import type { ObservedPaths } from './path-plan.ts'

/**
 * Field manager of the paths and of the keys in the Secret. Not the one of the certificates: whoever writes those, also a learner of
 * an older version, would give up these fields.
 */
const FIELD_MANAGER = 'plimsoll-path'
/** Field of the Secret with the keys that webhooks accept. */
const FIELD = 'path.keys'
const DEPLOYMENTS: ResourceType = { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments' }

interface Deployment extends KubeObject {
  readonly spec?: { readonly template?: { readonly metadata?: { readonly annotations?: Record<string, string> } } }
  readonly status?: {
    readonly observedGeneration?: number
    readonly replicas?: number
    readonly updatedReplicas?: number
  }
}

/** Keys that a webhook with this Secret accepts; undefined if the Secret has none. */
export function pathKeysIn(secret: Secret): readonly string[] | undefined {
  return parsePathKeys(field(secret, FIELD))
}

/**
 * Reads what webhooks accept and what the registration carries. Returns undefined if there are no paths to keep: without a Secret, or if
 * the registration names URLs instead of a Service.
 */
export async function observePaths(
  client: KubeClient,
  { namespace, deployment: name }: Places,
  { configuration, servingSecret }: Sight,
  signal: AbortSignal,
): Promise<ObservedPaths | undefined> {
  const { webhooks = [] } = configuration
  if (!servingSecret || webhooks.some(({ clientConfig }) => !clientConfig?.service)) return undefined
  const deployment = await client.get<Deployment>(DEPLOYMENTS, { namespace, name }, { signal }).catch(unlessMissing)
  return {
    accepted: pathKeysIn(servingSecret),
    carried: carriedBy(configuration),
    understoodBy: deployment ? understoodBy(deployment) : 'none',
  }
}

/** What the path of each webhook carries, by the webhook's name: a key, `PLAIN`, or undefined if it is not the path of its mode. */
export function carriedBy({ webhooks = [] }: MutatingWebhookConfiguration): Map<string, string | undefined> {
  return new Map(
    webhooks.map(({ name, clientConfig }) => {
      const { service, url } = clientConfig ?? {}
      const read = readReviewPath(url === undefined ? (service?.path ?? '') : (URL.parse(url)?.pathname ?? ''))
      return [name, read?.mode === modeOf(name) ? (read.key ?? PLAIN) : undefined]
    }),
  )
}

function understoodBy({ metadata: { generation }, spec, status }: Deployment): ObservedPaths['understoodBy'] {
  if (spec?.template?.metadata?.annotations?.[ACCEPTS_PATH_KEYS] !== 'true') return 'none'
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0 } = status ?? {}
  return observedGeneration >= Number(generation ?? 0) && updatedReplicas === replicas ? 'all' : 'some'
}

/** @throws KubeError with reason `Conflict` if the Secret has changed since it was read */
export async function writeKeys(
  client: KubeClient,
  { metadata: { namespace, name, resourceVersion } }: Secret,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const secret = {
    metadata: { namespace, name, resourceVersion },
    data: { [FIELD]: encode(formatPathKeys(keys)) },
  } as KubeObject
  await client.apply(SECRETS, secret, { force: true, fieldManager: FIELD_MANAGER, signal })
}

/** @throws KubeError with reason `Conflict` if the registration has changed since it was read */
export async function writePaths(
  client: KubeClient,
  { metadata: { name, resourceVersion }, webhooks = [] }: MutatingWebhookConfiguration,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  const configuration = {
    metadata: { name, resourceVersion },
    webhooks: webhooks.map((webhook) => ({
      name: webhook.name,
      clientConfig: { service: { path: reviewPath(modeOf(webhook.name), key) } },
    })),
  } as KubeObject
  await client.apply(WEBHOOK_CONFIGURATIONS, configuration, { force: true, fieldManager: FIELD_MANAGER, signal })
}

/** Mode of a webhook by its name, such as `auto.plimsoll.dev`. */
function modeOf(name: string): string {
  return name.split('.', 1)[0]!
}
