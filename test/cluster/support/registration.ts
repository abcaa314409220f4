export const MODE_LABEL = 'plimsoll.dev/mode'
const INJECT_LABEL = 'plimsoll.dev/inject'
const MODES = ['auto', 'approve'] as const

export interface Registration {
  readonly name: string
  /** URL of the webhook, `https://…`. */
  readonly url: string
  /** Certificate authority in PEM. */
  readonly ca: string
  /** Namespace of Plimsoll. */
  readonly namespace: string
  readonly failurePolicy: 'Fail' | 'Ignore'
  /** 2 s by default, as in the chart. More for tests in which a stalled machine must not matter. */
  readonly timeoutSeconds?: number
}

/** The MutatingWebhookConfiguration. It has an entry for each mode, because a review contains no namespace labels. */
export function registration(given: Registration): object {
  const { name, url, ca, namespace, failurePolicy, timeoutSeconds = 2 } = given
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name },
    webhooks: MODES.map((mode) => ({
      name: `${mode}.plimsoll.dev`,
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      reinvocationPolicy: 'IfNeeded',
      failurePolicy,
      timeoutSeconds,
      rules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'], scope: 'Namespaced' },
      ],
      namespaceSelector: {
        matchLabels: { [MODE_LABEL]: mode },
        matchExpressions: [
          {
            key: 'kubernetes.io/metadata.name',
            operator: 'NotIn',
            values: ['kube-system', 'kube-node-lease', namespace],
          },
        ],
      },
      objectSelector: { matchExpressions: [{ key: INJECT_LABEL, operator: 'NotIn', values: ['false'] }] },
      clientConfig: { url: `${url}/mutate/${mode}`, caBundle: Buffer.from(ca).toString('base64') },
    })),
  }
}
