import { INJECTED_VERSION } from '../../api/index.ts'
import { DEFINED_COLUMNS } from '../../recommendations/index.ts'
import type { InstallationFacts, LeaseFacts } from '../facts.ts'
import { type Finding, fail, ok, warn } from '../finding.ts'
import { isTooOld, OLDEST_KUBERNETES } from '../oldest.ts'

const RECOMMENDATION_TYPE = 'recommendations.plimsoll.dev'
const TYPES = [RECOMMENDATION_TYPE, 'recommendationcheckpoints.plimsoll.dev', 'sizingpolicies.plimsoll.dev']
const INSTALL_TYPES = 'Install the CustomResourceDefinitions of this version: the chart does with crds.install: true.'
/** Version of these types that this program uses. */
const TYPE_VERSION = 'v1alpha1'

export function checkKubernetes({ kubernetes }: InstallationFacts): Finding {
  if (isTooOld(kubernetes))
    return fail('kubernetes', `Kubernetes ${kubernetes} is too old`, `Upgrade to ${OLDEST_KUBERNETES} or newer.`)
  return ok('kubernetes', `Kubernetes ${kubernetes}`)
}

export function checkTypes({ types }: InstallationFacts): Finding {
  if ('problem' in types) return warn('types', `the types could not be read: ${types.problem}`, READ_RIGHTS)
  const missing = TYPES.filter((name) => !types.value.get(name)?.has(TYPE_VERSION))
  if (missing.length > 0) {
    return fail('types', `the API server does not serve ${missing.join(', ')} at ${TYPE_VERSION}`, INSTALL_TYPES)
  }
  const columns = types.value.get(RECOMMENDATION_TYPE)?.get(INJECTED_VERSION) ?? []
  if (!DEFINED_COLUMNS.every((name) => columns.includes(name))) {
    const older = `${RECOMMENDATION_TYPE} is of an older version, so webhooks read whole Recommendations at their start`
    return warn('types', older, INSTALL_TYPES)
  }
  return ok('types', `${TYPES.length} types are served at ${TYPE_VERSION}`)
}

const SKEW_WARN_SECONDS = 30
/** Well within the hour by which certificates are valid before they are issued. */
const SKEW_FAIL_SECONDS = 10 * 60

export function checkClock({ lease }: InstallationFacts): Finding {
  const skew = 'value' in lease ? lease.value?.skewSeconds : undefined
  if (skew === undefined) {
    return warn(
      'clock',
      'no learner has written the time yet, so the clocks cannot be compared',
      'See the check "leader".',
    )
  }
  const says = `the learner's clock is ${describeSkew(skew)} the API server's`
  if (Math.abs(skew) <= SKEW_WARN_SECONDS) return ok('clock', says)
  const act =
    "Synchronise the clocks of the nodes (chrony, systemd-timesyncd): certificates and samples carry their nodes' times."
  return Math.abs(skew) > SKEW_FAIL_SECONDS ? fail('clock', says, act) : warn('clock', says, act)
}

function describeSkew(seconds: number): string {
  if (Math.abs(seconds) < 2) return 'within 2 s of'
  return `${Math.abs(seconds).toFixed(0)} s ${seconds > 0 ? 'ahead of' : 'behind'}`
}

export function checkLeader({ lease, namespace }: InstallationFacts): Finding {
  const look = `Look into the learners' logs: kubectl logs -n ${namespace} -l app.kubernetes.io/component=learner.`
  if ('problem' in lease) return warn('leader', `the learners' Lease could not be read: ${lease.problem}`, READ_RIGHTS)
  const { value } = lease as { value: LeaseFacts | undefined }
  if (!value?.holder) return fail('leader', 'no learner leads, so nothing is learned', look)
  if (!value.isRenewed) return fail('leader', `${value.holder} leads, but has not renewed its Lease`, look)
  return ok('leader', `${value.holder} leads`)
}

/** Advice when the person who runs the doctor may not read something. */
export const READ_RIGHTS = 'Run the doctor with the rights of a cluster administrator.'
