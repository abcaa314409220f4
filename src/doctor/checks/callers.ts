import { isPathKey } from '../../api/index.ts'
import { carriedBy } from '../../certificates/index.ts'
import type { InstallationFacts } from '../facts.ts'
import { type Finding, fail, ok, warn } from '../finding.ts'
import { sumOf } from '../metrics.ts'
import { registrationOf } from './registration.ts'

const LOGS = 'The learners correct it within a minute. If this does not change, their logs say why'

/** Checks that the webhooks recognize the API server, and who else gets values. Reports nothing if that cannot be known. */
export function checkCallers(facts: InstallationFacts): Finding[] {
  const registration = registrationOf(facts)
  if (!registration) return []
  if (lacksCertificate(facts)) {
    const says = 'no review came with the client certificate that webhook.clientCa asks for, so no Pod is sized'
    return [
      fail('callers', says, "Check the API server's AdmissionConfiguration and kubeconfig: docs/guides/security.md."),
    ]
  }
  const carried = [...carriedBy(registration)]
  const isKeyed = carried.every(([, key]) => isPathKey(key ?? ''))
  if (facts.settings?.certificates?.mode !== 'self-managed') return [ok('callers', isKeyed ? KEYED : OPEN)]
  if ('problem' in facts.secret || !facts.secret.value) return []
  const { pathKeys } = facts.secret.value
  if (!pathKeys && registration.webhooks.some(({ clientConfig }) => clientConfig?.url)) return [ok('callers', OPEN)]
  if (!pathKeys) {
    const says = 'there is no key for the path of reviews yet, so everybody who can reach the Service can read values'
    return [
      warn('callers', says, `${LOGS}: kubectl logs -n ${facts.namespace} -l app.kubernetes.io/component=learner.`),
    ]
  }
  const refused = carried.find(([, key]) => key === undefined || !pathKeys.includes(key))
  if (refused) {
    const says = `the API server calls ${refused[0]} at a path that the webhooks do not accept, so no Pod is sized`
    return [
      fail('callers', says, `${LOGS}: kubectl logs -n ${facts.namespace} -l app.kubernetes.io/component=learner.`),
    ]
  }
  return [ok('callers', isKeyed ? KEYED : UPGRADING)]
}

const KEYED = 'only reviews at a path with a key are answered with values'
const OPEN =
  'everybody who can reach the Service can read values, unless webhook.clientCa or a NetworkPolicy is set (docs/guides/security.md)'
const UPGRADING =
  'everybody who can reach the Service can read values until every webhook accepts a key, in about three minutes'

/** Whether reviews came without the certificate, and none that led to a patch. */
function lacksCertificate({ pods }: InstallationFacts): boolean {
  const texts = 'value' in pods ? pods.value.flatMap(({ metrics }) => ('value' in metrics ? [metrics.value] : [])) : []
  const total = (name: string, labels: Readonly<Record<string, string>>) =>
    texts.reduce((sum, text) => sum + (sumOf(text, name, labels) ?? 0), 0)
  const strangers = total('plimsoll_admission_strangers_total', { lacks: 'certificate' })
  return strangers > 0 && total('plimsoll_admission_requests_total', { outcome: 'patched' }) === 0
}
