import { certificatesIn, inspectServing, renewalOf } from '../../certificates/index.ts'
import type { InstallationFacts } from '../facts.ts'
import { type Finding, fail, ok, warn } from '../finding.ts'
import { sumOf } from '../metrics.ts'
import { READ_RIGHTS } from './cluster.ts'
import { registrationOf } from './registration.ts'

const DAY_MILLISECONDS = 86_400_000
/** A renewal is late a week after it was due (at two thirds of the lifetime): something prevents it. */
const LATE_MILLISECONDS = 7 * DAY_MILLISECONDS
const SOON_MILLISECONDS = 7 * DAY_MILLISECONDS

/**
 * Checks the Secret, what the API server trusts, how long the certificate lasts, and what the webhooks have loaded. If there is
 * no valid certificate, returns only that failure.
 */
export function checkCertificate(facts: InstallationFacts): Finding[] {
  const { secret, now } = facts
  const renew = whoRenews(facts)
  if (servesFromFiles(facts)) return checkFiles(facts, renew)
  if ('problem' in secret) {
    return [warn('certificate', `the Secret ${secretOf(facts)} could not be read: ${secret.problem}`, READ_RIGHTS)]
  }
  if (!secret.value)
    return [fail('certificate', `there is no Secret ${secretOf(facts)}, so the webhook cannot serve`, renew)]
  const [leaf] = certificatesIn(secret.value.cert)
  if (!leaf) return [fail('certificate', `tls.crt in ${secretOf(facts)} is not a certificate`, renew)]
  const expiry = leaf.validToDate
  const expires = `the certificate expires on ${expiry.toISOString().slice(0, 10)}`
  if (expiry.getTime() <= now) return [fail('expiry', expires.replace('expires', 'expired'), renew)]

  const bundles = (registrationOf(facts)?.webhooks ?? []).map(({ name, clientConfig }) => ({
    name,
    pem: Buffer.from(clientConfig?.caBundle ?? '', 'base64').toString(),
  }))
  const untrusted = bundles.flatMap(({ name, pem }) => {
    const found = inspectServing(secret.value, namesOf(facts), certificatesIn(pem), now)
    return 'problem' in found ? [{ name, problem: pem === '' ? 'its caBundle is empty' : found.problem }] : []
  })
  const own = inspectServing(
    secret.value,
    namesOf(facts),
    bundles.flatMap(({ pem }) => certificatesIn(pem)),
    now,
  )
  const findings: Finding[] = [
    ok('certificate', `${secretOf(facts)} holds a certificate for ${namesOf(facts)[0] ?? leaf.subjectAltName}`),
  ]
  if (untrusted.length > 0) {
    const { name, problem } = untrusted[0]!
    const says = `the API server does not accept the certificate for ${name}: ${'problem' in own ? own.problem : problem}`
    findings.push(
      fail(
        'trust',
        problem === 'its caBundle is empty' ? `the API server trusts no certificate for ${name}: ${problem}` : says,
        renew,
      ),
    )
  } else if (bundles.length > 0) {
    findings.push(ok('trust', 'the API server trusts the certificate'))
  }
  if (now > renewalOf(leaf) + LATE_MILLISECONDS && isSelfManaged(facts)) {
    findings.push(warn('expiry', `${expires}, and should have been renewed by now`, renew))
  } else if (expiry.getTime() - now < SOON_MILLISECONDS) {
    findings.push(warn('expiry', expires, renew))
  } else findings.push(ok('expiry', expires))
  return [...findings, ...checkServed(facts, expiry.getTime() / 1000)]
}

/** Whether the webhooks were started with files of a certificate, and so read no Secret. */
function servesFromFiles({ pods, settings, registrations }: InstallationFacts): boolean {
  const running = 'value' in pods ? pods.value.flatMap(({ containers }) => containers) : []
  const args = running.filter(({ name }) => name === 'webhook').flatMap((one) => one.args ?? [])
  if (args.some((arg) => arg.startsWith('--tls-secret'))) return false
  if (args.some((arg) => arg.startsWith('--tls-cert'))) return true
  // A webhook outside of the cluster is registered by a URL.
  const isOutside = registrationOf({ registrations })?.webhooks.some(
    ({ clientConfig }) => clientConfig?.url !== undefined,
  )
  return isOutside === true && settings?.certificates === undefined
}

/** Checks a certificate in files as far as the webhooks report it: only they can read the files. */
function checkFiles({ pods, now }: InstallationFacts, renew: string): Finding[] {
  const served = ok('certificate', 'the webhook serves from files, which only it can read')
  const metrics =
    'value' in pods ? pods.value.flatMap(({ metrics }) => ('value' in metrics ? [metrics.value] : [])) : []
  const known = metrics.flatMap((text) => sumOf(text, 'plimsoll_certificate_expiry_timestamp_seconds') ?? [])
  if (known.length === 0) return [served]
  const expiry = Math.min(...known) * 1000
  if (expiry === 0) return [fail('certificate', 'a webhook has no certificate: it could not read its files', renew)]
  const expires = `the certificate expires on ${new Date(expiry).toISOString().slice(0, 10)}`
  if (expiry <= now) return [served, fail('expiry', expires.replace('expires', 'expired'), renew)]
  return [served, expiry - now < SOON_MILLISECONDS ? warn('expiry', expires, renew) : ok('expiry', expires)]
}

/** Whether every webhook has loaded the certificate in the Secret. */
function checkServed({ pods }: InstallationFacts, expirySeconds: number): Finding[] {
  if ('problem' in pods || pods.value.length === 0) return []
  const read = pods.value.flatMap(({ name, metrics }) =>
    'value' in metrics
      ? [{ name, expiry: sumOf(metrics.value, 'plimsoll_certificate_expiry_timestamp_seconds') ?? 0 }]
      : [],
  )
  if (read.length === 0) {
    return [
      warn(
        'served',
        "the webhooks' metrics could not be read through the API server",
        'The doctor needs get of pods/proxy in the namespace of Plimsoll.',
      ),
    ]
  }
  const others = read.filter(({ expiry }) => Math.abs(expiry - expirySeconds) > 1).map(({ name }) => name)
  if (others.length === 0)
    return [ok('served', `${read.length === 1 ? 'one webhook has' : `${read.length} webhooks have`} loaded it`)]
  return [
    fail(
      'served',
      `${others.join(', ')} ${others.length === 1 ? 'serves' : 'serve'} another certificate than the Secret's, or none`,
      'Its log says why ("serving certificate refused", "watching the serving certificate").',
    ),
  ]
}

function isSelfManaged({ settings }: InstallationFacts): boolean {
  return settings?.certificates?.mode === 'self-managed'
}

function whoRenews(facts: InstallationFacts): string {
  const { settings, namespace } = facts
  switch (settings?.certificates?.mode) {
    case 'self-managed':
      return `The learners issue and publish certificates automatically, within two minutes. If this does not change, their logs say why: kubectl logs -n ${namespace} -l app.kubernetes.io/component=learner.`
    case 'cert-manager':
      return `cert-manager issues the certificate, and its cainjector publishes the authority: see kubectl describe certificate -n ${namespace}.`
    default:
      return 'Renew the certificate where you issued it, and make sure that its authority is in the caBundle of the MutatingWebhookConfiguration.'
  }
}

function secretOf({ namespace, settings }: InstallationFacts): string {
  return `${namespace}/${settings?.certificates?.secretName ?? 'plimsoll-tls'}`
}

/** Names that the API server connects to: the host of the URL or the name of the Service; none if nothing is registered. */
function namesOf(facts: InstallationFacts): string[] {
  const { url, service } = registrationOf(facts)?.webhooks[0]?.clientConfig ?? {}
  if (url) return [new URL(url).hostname]
  return service ? [`${service.name}.${service.namespace}.svc`] : []
}
