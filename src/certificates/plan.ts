import type { X509Certificate } from 'node:crypto'
import {
  type Authority,
  certificatesIn,
  inspectAuthority,
  inspectServing,
  isCurrent,
  isSignedBy,
  NOT_THERE,
  pemOf,
  type Serving,
  type Verdict,
} from './inspect.ts'
import type { PemPair } from './issue.ts'
import { issuedAt, RETIRE_MILLISECONDS, renewalOf } from './lifetimes.ts'

/** The certificates of an installation as they were read from the cluster at one moment. */
export interface Observed {
  /** Pair of the authority; undefined while its Secret does not exist. */
  readonly authority: PemPair | undefined
  /** Pair of the webhook, and as `ca` the issuer that its Secret names (PEM); undefined while the Secret does not exist. */
  readonly serving: (PemPair & { readonly ca: string }) | undefined
  /** `caBundle` (PEM) of each webhook in the registration, by the webhook's name. */
  readonly bundles: ReadonlyMap<string, string>
}

export interface Circumstances {
  /** Names that the serving certificate must cover. */
  readonly names: readonly string[]
  /** Current time, Unix milliseconds. */
  readonly now: number
  /** Whether every API server has had the time to notice that the authority with this fingerprint is trusted. */
  readonly isSettled: (fingerprint: string) => boolean
}

/** The one thing to do next. `repair` is true if something was damaged or lost, which people should hear of. */
export type Step =
  | { readonly do: 'issue authority'; readonly because: string; readonly repair: boolean }
  | { readonly do: 'publish bundle'; readonly bundle: string; readonly because: string }
  | {
      readonly do: 'issue serving'
      readonly authority: Authority
      readonly because: string
      readonly repair: boolean
    }
  | { readonly do: 'wait'; readonly because: string }
  | { readonly do: 'nothing'; readonly authority: Authority; readonly serving: Serving }

/** Most authorities in a bundle. A rotation never needs more, and etcd and the API server hold the bundle in memory. */
const MOST_AUTHORITIES = 8

/**
 * Decides the next step from the state of the cluster alone, so that the successor of a process that died between two steps
 * can continue from there. The order keeps every handshake whole: an authority is trusted before anything that it signed is
 * served, and for a day after the last such certificate was replaced.
 */
export function nextStep(observed: Observed, circumstances: Circumstances): Step {
  const { names, now, isSettled } = circumstances
  const authority = authorityOf(observed, now)
  if ('problem' in authority) {
    return {
      do: 'issue authority',
      because: authority.problem,
      repair: observed.authority !== undefined && !authority.due,
    }
  }
  const serving = servingOf(observed, names, now)
  const bundle = bundleOf(observed, authority.good, serving, now)
  for (const [name, published] of observed.bundles) {
    if (published !== bundle.pem) {
      return { do: 'publish bundle', bundle: bundle.pem, because: `${name} does not have it` }
    }
  }
  const due = reasonToIssue(observed, authority.good, serving, now)
  if (!due) return { do: 'nothing', authority: authority.good, serving: (serving as { good: Serving }).good }
  // There is no other certificate to serve, so nothing is lost.
  const isFirst = 'problem' in serving && bundle.certificates.length === 1
  if (!isFirst && !isSettled(authority.good.certificate.fingerprint256)) {
    return { do: 'wait', because: `${due.because}; its new authority has only just become trusted` }
  }
  return { do: 'issue serving', authority: authority.good, ...due }
}

/** SHA-256 fingerprints of the authorities that every webhook's bundle contains. */
export function trustedByAll({ bundles }: Observed): ReadonlySet<string> {
  const [first = [], ...others] = [...bundles.values()].map((pem) =>
    certificatesIn(pem).map(({ fingerprint256 }) => fingerprint256),
  )
  return new Set(first.filter((fingerprint) => others.every((bundle) => bundle.includes(fingerprint))))
}

/** Names of the webhook's Service, as the API server and a port-forward use them. */
export function serviceNames(service: string, namespace: string): string[] {
  return [`${service}.${namespace}.svc`, `${service}.${namespace}`, service]
}

function authorityOf({ authority }: Observed, now: number): Verdict<Authority> & { due?: boolean } {
  const found = inspectAuthority(authority, now)
  if ('good' in found && now >= renewalOf(found.good.certificate)) {
    return { problem: 'two thirds of its ten years have passed', due: true }
  }
  return found
}

function servingOf({ serving, bundles }: Observed, names: readonly string[], now: number): Verdict<Serving> {
  const signers = [...certificatesIn(serving?.ca ?? ''), ...trustedNow(bundles)]
  return inspectServing(serving, names, signers, now)
}

function trustedNow(bundles: Observed['bundles']): X509Certificate[] {
  return [...bundles.values()].flatMap(certificatesIn)
}

function bundleOf(
  { authority: _, bundles }: Observed,
  authority: Authority,
  serving: Verdict<Serving>,
  now: number,
): { readonly pem: string; readonly certificates: readonly X509Certificate[] } {
  const inUse = 'good' in serving ? [authority.certificate, serving.good.issuer] : [authority.certificate]
  const isSucceeded =
    'good' in serving &&
    isSignedBy(serving.good.certificate, authority.certificate) &&
    now - issuedAt(serving.good.certificate) >= RETIRE_MILLISECONDS
  const older = isSucceeded ? [] : trustedNow(bundles).filter((certificate) => isCurrent(certificate, now))
  const byFingerprint = new Map([...inUse, ...older].map((certificate) => [certificate.fingerprint256, certificate]))
  const certificates = [...byFingerprint.values()].slice(0, MOST_AUTHORITIES)
  return { pem: certificates.map(pemOf).join(''), certificates }
}

function reasonToIssue(
  observed: Observed,
  authority: Authority,
  serving: Verdict<Serving>,
  now: number,
): { because: string; repair: boolean } | undefined {
  if ('problem' in serving) return { because: serving.problem, repair: serving.problem !== NOT_THERE }
  const { certificate } = serving.good
  if (!isSignedBy(certificate, authority.certificate)) {
    return { because: 'the authority that signed it has been replaced', repair: false }
  }
  if (observed.serving?.ca !== authority.cert)
    return { because: 'ca.crt in the same Secret is not its authority', repair: true }
  if (now >= renewalOf(certificate)) return { because: 'two thirds of its 90 days have passed', repair: false }
  return undefined
}
