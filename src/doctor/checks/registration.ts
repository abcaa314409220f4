import type { InstallationFacts, Registration } from '../facts.ts'
import { type Finding, fail, ok, warn } from '../finding.ts'
import { READ_RIGHTS } from './cluster.ts'

const NAMES = ['auto.plimsoll.dev', 'approve.plimsoll.dev']
/** Largest `timeoutSeconds` that is accepted: a Pod waits at most this long for a webhook that does not answer. */
const MOST_SECONDS = 5
const REINSTALL = 'Run helm upgrade: the chart registers the webhook correctly.'

/** The registration that all other checks are about; undefined if there is none or it could not be read. */
export function registrationOf({ registrations }: Pick<InstallationFacts, 'registrations'>): Registration | undefined {
  return 'value' in registrations ? registrations.value[0] : undefined
}

export function checkRegistration(facts: InstallationFacts): Finding {
  const { registrations } = facts
  if ('problem' in registrations) {
    return warn('registration', `the registration could not be read: ${registrations.problem}`, READ_RIGHTS)
  }
  const [first, second] = registrations.value
  if (!first) {
    return fail(
      'registration',
      'the API server does not know the webhook: no MutatingWebhookConfiguration has a webhook of plimsoll.dev',
      'Install Plimsoll with its Helm chart; if it is installed, somebody has deleted the registration: run helm upgrade.',
    )
  }
  const name = first.metadata.name
  if (second) {
    return fail(
      'registration',
      `two MutatingWebhookConfigurations register Plimsoll: ${name} and ${second.metadata.name}`,
      'Uninstall one of the two: a cluster has one Plimsoll.',
    )
  }
  const present = first.webhooks.map((webhook) => webhook.name)
  const missing = NAMES.filter((wanted) => !present.includes(wanted))
  if (missing.length > 0) return fail('registration', `${name} lacks the webhook ${missing.join(', ')}`, REINSTALL)
  const failing = first.webhooks.filter(({ failurePolicy }) => failurePolicy !== 'Ignore')
  if (failing.length > 0) {
    return fail(
      'registration',
      `${name} has failurePolicy ${failing[0]!.failurePolicy}: Pods are refused whenever Plimsoll cannot answer`,
      REINSTALL,
    )
  }
  const slow = first.webhooks.find(({ timeoutSeconds = 10 }) => timeoutSeconds > MOST_SECONDS)
  if (slow) {
    return warn(
      'registration',
      `${name} has timeoutSeconds ${slow.timeoutSeconds ?? 10}: a Pod waits that long whenever Plimsoll does not answer`,
      REINSTALL,
    )
  }
  return ok('registration', `${name} registers ${NAMES.join(' and ')}`)
}
