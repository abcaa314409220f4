import type { InstallationFacts, Registration } from '../facts.ts'
import { type Finding, ok, warn } from '../finding.ts'
import { sumOf } from '../metrics.ts'
import { READ_RIGHTS } from './cluster.ts'
import { registrationOf } from './registration.ts'

/** Number of webhooks that are named. */
const MOST_NAMES = 5

/**
 * Checks which webhooks come after Plimsoll: what they set wins. The API server calls webhooks in the order of the names of their
 * configurations.
 *
 * Source: `mergeMutatingWebhookConfigurations` in apiserver/pkg/admission/configuration
 */
export function checkOrder(facts: InstallationFacts): Finding {
  const { otherWebhooks, learners } = facts
  if ('problem' in otherWebhooks)
    return warn('order', `the other webhooks could not be read: ${otherWebhooks.problem}`, READ_RIGHTS)
  const own = registrationOf(facts)?.metadata.name ?? ''
  // One that comes before is called again if Plimsoll changes the Pod, where its reinvocationPolicy says so.
  const later = otherWebhooks.value.flatMap(({ metadata, webhooks = [] }) =>
    webhooks
      .filter(({ reinvocationPolicy }) => (metadata.name ?? '') > own || reinvocationPolicy === 'IfNeeded')
      .filter(changesPods)
      .map(({ name }) => `${name} (${metadata.name})`),
  )
  if (later.length === 0) return ok('order', 'no webhook that can change Pods comes after Plimsoll')
  const rest = later.length > MOST_NAMES ? ` and ${later.length - MOST_NAMES} more` : ''
  const isOne = later.length === 1
  const names = `${later.slice(0, MOST_NAMES).join(', ')}${rest} ${isOne ? 'comes' : 'come'} after Plimsoll and can change Pods`
  const changed = Math.max(0, ...('value' in learners ? learners.value : []).map(countChanged))
  if (changed === 0) return ok('order', names)
  return warn(
    'order',
    `${names}; ${changed} ${changed === 1 ? 'Pod carries' : 'Pods carry'} values that somebody set after Plimsoll`,
    'Plimsoll leaves the values of these Pods alone (ChangedAfterPlimsoll): configure the webhook not to change resources, or opt these Pods out.',
  )
}

function countChanged({ metrics }: { readonly metrics: { readonly value?: string } | object }): number {
  return 'value' in metrics ? (sumOf(String(metrics.value), 'plimsoll_learner_pods_changed_after') ?? 0) : 0
}

function changesPods({ rules = [] }: Registration['webhooks'][number]): boolean {
  const has = (list: readonly string[] | undefined, ...wanted: string[]) => wanted.some((one) => list?.includes(one))
  return rules.some(
    ({ operations, apiGroups, resources }) =>
      has(operations, 'CREATE', '*') && has(apiGroups, '', '*') && has(resources, 'pods', '*', '*/*'),
  )
}
