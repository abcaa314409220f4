import type { InstallationFacts } from '../facts.ts'
import { type Finding, fail, ok, warn } from '../finding.ts'
import { READ_RIGHTS } from './cluster.ts'

export function checkCalls({ probe, namespace }: InstallationFacts): Finding {
  if ('problem' in probe)
    return warn(
      'calls',
      `it could not be checked whether the API server calls the webhook: ${probe.problem}`,
      READ_RIGHTS,
    )
  if (!probe.value) {
    return warn(
      'calls',
      'no namespace has mode auto or approve, so the API server never calls the webhook',
      'Label one: kubectl label namespace NAME plimsoll.dev/mode=auto.',
    )
  }
  const { namespace: where, webhook, calls, failedOpen, refused } = probe.value
  if (failedOpen > 0) {
    return fail(
      'calls',
      `the API server could not call ${webhook} for a Pod in ${where}, and admitted the Pod unchanged`,
      `If Pods and trust are fine, something blocks the connection: a firewall of a private cluster (webhook.port), a NetworkPolicy, a Service without endpoints (kubectl get endpointslices -n ${namespace}). The API server's log has the reason.`,
    )
  }
  if (calls > 0) return ok('calls', `the API server calls ${webhook}, and it answers`)
  return warn(
    'calls',
    `a Pod was created in ${where} in a dry run, and this API server did not call ${webhook}${refused ? `: it refused the Pod first (${refused})` : ''}`,
    refused
      ? 'Try again with a namespace where Pods may be created.'
      : "With several API servers, the metrics may come from another one: try again. Otherwise compare the namespace's labels with the registration's namespaceSelector.",
  )
}

export function checkFailOpen({ failOpen }: InstallationFacts): Finding {
  if ('problem' in failOpen)
    return warn('fail-open', `the API server's metrics could not be read: ${failOpen.problem}`, READ_RIGHTS)
  const counted = [...failOpen.value].filter(([, count]) => count > 0)
  if (counted.length === 0) return ok('fail-open', 'no call has failed open since this API server started')
  return warn(
    'fail-open',
    `calls that failed since this API server started: ${counted.map(([name, count]) => `${name} ${count}`).join(', ')}; these Pods were admitted unchanged`,
    'If the number grows while nothing restarts, see the check "calls". The alert PlimsollFailOpen fires then.',
  )
}
