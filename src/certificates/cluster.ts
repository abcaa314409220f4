import {
  type KubeClient,
  type KubeObject,
  type ResourceType,
  SECRETS,
  unlessMissing,
  WEBHOOK_CONFIGURATIONS,
} from '../kube/index.ts'
import type { PemPair } from './issue.ts'
import type { Observed } from './plan.ts'

/**
 * Field manager of the certificate writes: owns `caBundle` and the Secrets. Plimsoll's other writes use another one, so that
 * these writes never give up their fields.
 */
const FIELD_MANAGER = 'plimsoll-certificates'

export interface Places {
  /** Namespace in which Plimsoll is installed. */
  readonly namespace: string
  readonly secretName: string
  readonly caSecretName: string
  /** Name of the MutatingWebhookConfiguration. */
  readonly webhookConfiguration: string
  /** Name of the webhook's Deployment. */
  readonly deployment: string
}

export interface Secret extends KubeObject {
  readonly type?: string
  readonly data?: Readonly<Record<string, string>>
}

/** RuleWithOperations of admissionregistration.k8s.io. */
export interface WebhookRule {
  readonly operations?: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
}

export interface MutatingWebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly {
    readonly name: string
    readonly failurePolicy?: string
    readonly timeoutSeconds?: number
    readonly rules?: readonly WebhookRule[]
    readonly reinvocationPolicy?: string
    readonly clientConfig?: {
      readonly caBundle?: string
      readonly url?: string
      readonly service?: {
        readonly name: string
        readonly namespace: string
        readonly port?: number
        readonly path?: string
      }
    }
  }[]
}

/** What `observe` read from the cluster. The objects carry the resourceVersions at which they were read. */
export interface Sight extends Observed {
  readonly configuration: MutatingWebhookConfiguration
  readonly servingSecret: Secret | undefined
  readonly authoritySecret: Secret | undefined
}

/** Reads the registration and both Secrets. Returns undefined while the webhook is not registered. */
export async function observe(client: KubeClient, places: Places, signal: AbortSignal): Promise<Sight | undefined> {
  const { namespace, secretName, caSecretName, webhookConfiguration } = places
  const get = <T extends KubeObject>(type: ResourceType, name: { namespace?: string; name: string }) =>
    client.get<T>(type, name, { signal }).catch(unlessMissing)
  const configuration = await get<MutatingWebhookConfiguration>(WEBHOOK_CONFIGURATIONS, {
    name: webhookConfiguration,
  })
  if (!configuration?.webhooks?.length) return undefined
  const authoritySecret = await get<Secret>(SECRETS, { namespace, name: caSecretName })
  const servingSecret = await get<Secret>(SECRETS, { namespace, name: secretName })
  return {
    configuration,
    servingSecret,
    authoritySecret,
    authority: authoritySecret && pairIn(authoritySecret),
    serving: servingSecret && { ...pairIn(servingSecret), ca: field(servingSecret, 'ca.crt') },
    bundles: new Map(
      configuration.webhooks.map(({ name, clientConfig }) => [name, decode(clientConfig?.caBundle ?? '')]),
    ),
  }
}

/** Certificate and key of a Secret of type `kubernetes.io/tls`, in PEM. A missing field becomes an empty string. */
export function pairIn(secret: Secret): PemPair {
  return { cert: field(secret, 'tls.crt'), key: field(secret, 'tls.key') }
}

/**
 * Writes a pair if the Secret has not changed since it was read. The registration owns the Secret, so that both are deleted
 * when Plimsoll is uninstalled.
 *
 * @throws KubeError with reason `Conflict` if the Secret has changed
 */
export async function writeSecret(
  client: KubeClient,
  name: { readonly namespace: string; readonly name: string },
  fields: Readonly<Record<string, string>>,
  { seen, owner }: { readonly seen: Secret | undefined; readonly owner: MutatingWebhookConfiguration },
  signal: AbortSignal,
): Promise<void> {
  const { apiVersion, kind } = WEBHOOK_CONFIGURATIONS
  const ownerReferences = [{ apiVersion, kind, name: owner.metadata.name, uid: owner.metadata.uid }]
  const secret = {
    metadata: { ...name, resourceVersion: seen?.metadata.resourceVersion, ownerReferences },
    type: 'kubernetes.io/tls',
    data: Object.fromEntries(Object.entries(fields).map(([key, text]) => [key, encode(text)])),
  } as KubeObject
  await client.apply(SECRETS, secret, { force: true, fieldManager: FIELD_MANAGER, signal })
}

/**
 * Makes the API server trust `bundle` (PEM) for every webhook of the registration.
 *
 * @throws KubeError with reason `Conflict` if the registration has changed since it was read
 */
export async function writeBundle(
  client: KubeClient,
  { metadata: { name, resourceVersion }, webhooks = [] }: MutatingWebhookConfiguration,
  bundle: string,
  signal: AbortSignal,
): Promise<void> {
  const caBundle = encode(bundle)
  const configuration = {
    metadata: { name, resourceVersion },
    webhooks: webhooks.map((webhook) => ({ name: webhook.name, clientConfig: { caBundle } })),
  } as KubeObject
  await client.apply(WEBHOOK_CONFIGURATIONS, configuration, {
    force: true,
    fieldManager: FIELD_MANAGER,
    signal,
  })
}

export function field({ data }: Secret, key: string): string {
  return decode(data?.[key] ?? '')
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString()
}

export function encode(text: string): string {
  return Buffer.from(text).toString('base64')
}
