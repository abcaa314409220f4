import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { PemPair } from './issue.ts'

/** Largest field of a Secret, or `caBundle`, that is parsed: far above any chain, far below the limit of etcd. */
const MAX_PEM_BYTES = 256 * 1024
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** What was inspected, if it is good, or else what is wrong with it. */
export type Verdict<T> = { readonly good: T } | { readonly problem: string }

export interface Authority extends PemPair {
  readonly certificate: X509Certificate
}

export interface Serving extends PemPair {
  readonly certificate: X509Certificate
  /** Certificate of the authority that signed it. */
  readonly issuer: X509Certificate
}

/** The certificates in a PEM text. Unreadable blocks are left out, and a text above `MAX_PEM_BYTES` has none. */
export function certificatesIn(pem: string): X509Certificate[] {
  if (pem.length > MAX_PEM_BYTES) return []
  return [...pem.matchAll(PEM_CERTIFICATE)].flatMap(([block]) => {
    try {
      return [new X509Certificate(block)]
    } catch {
      return []
    }
  })
}

/**
 * Whether a pair can sign serving certificates.
 *
 * @param now Unix time, milliseconds
 */
export function inspectAuthority(pair: PemPair | undefined, now: number): Verdict<Authority> {
  const found = inspectPair(pair, now)
  if ('problem' in found) return found
  const { certificate } = found.good
  if (!certificate.ca) return { problem: 'it is not the certificate of an authority' }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey
  if (type !== 'ec' || details?.namedCurve !== 'prime256v1') {
    return { problem: `its key is not ECDSA P-256 (${type})` }
  }
  return { good: { ...pair!, cert: pemOf(certificate), certificate } }
}

/**
 * Whether a pair can serve for `names`, and who signed it.
 *
 * @param signers certificates of authorities, one of which must have signed it
 * @param now Unix time, milliseconds
 */
export function inspectServing(
  pair: PemPair | undefined,
  names: readonly string[],
  signers: readonly X509Certificate[],
  now: number,
): Verdict<Serving> {
  const found = inspectPair(pair, now)
  if ('problem' in found) return found
  const { certificate } = found.good
  const missing = names.filter((name) => !covers(certificate, name))
  if (missing.length > 0) return { problem: `it is not for ${missing.join(', ')}` }
  const issuer = signers.find((signer) => isSignedBy(certificate, signer) && isCurrent(signer, now))
  if (!issuer) return { problem: 'the API server does not trust its issuer' }
  return { good: { ...pair!, certificate, issuer } }
}

export function isSignedBy(certificate: X509Certificate, signer: X509Certificate): boolean {
  return certificate.checkIssued(signer) && certificate.verify(signer.publicKey)
}

export function isCurrent({ validFromDate, validToDate }: X509Certificate, now: number): boolean {
  return validFromDate.getTime() <= now && now < validToDate.getTime()
}

export function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString().trimEnd()}\n`
}

function covers(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined
}

/** Problem of a pair that does not exist. */
export const NOT_THERE = 'it is not there'

/**
 * Checks what both kinds of pairs have in common: the pair exists, is readable, belongs together and is valid now. Does not
 * check the type of the key.
 */
function inspectPair(pair: PemPair | undefined, now: number): Verdict<{ certificate: X509Certificate }> {
  if (!pair) return { problem: NOT_THERE }
  const [certificate] = certificatesIn(pair.cert)
  if (!certificate) return { problem: 'tls.crt contains no certificate in PEM' }
  try {
    if (pair.key.length > MAX_PEM_BYTES) throw new Error('too large')
    if (!certificate.checkPrivateKey(createPrivateKey(pair.key))) {
      return { problem: 'tls.key does not belong to tls.crt' }
    }
  } catch {
    return { problem: 'tls.key contains no unencrypted private key in PEM' }
  }
  const { validFromDate, validToDate } = certificate
  if (validToDate.getTime() <= now) return { problem: `it expired on ${validToDate.toISOString()}` }
  if (validFromDate.getTime() > now) return { problem: `it is not valid before ${validFromDate.toISOString()}` }
  return { good: { certificate } }
}
