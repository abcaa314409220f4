import { createPrivateKey, type webcrypto } from 'node:crypto'
import { isIP } from 'node:net'

/** A certificate and its private key, in PEM. */
export interface PemPair {
  readonly cert: string
  readonly key: string
}

export interface Validity {
  readonly notBefore: Date
  readonly notAfter: Date
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** Issues a new certificate authority (ECDSA P-256) that may sign serving certificates but no further authorities. */
export async function issueAuthority(commonName: string, validity: Validity): Promise<PemPair> {
  const x509 = await library()
  const keys = await newKeys()
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: `CN=${commonName}`,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { cert: withNewline(cert.toString('pem')), key: await pemOf(keys.privateKey) }
}

/**
 * Issues a serving certificate with a new key (ECDSA P-256), signed by `authority`.
 *
 * @param names DNS names and IP addresses
 * @throws if the authority's key is not ECDSA P-256
 */
export async function issueServing(authority: PemPair, names: readonly string[], validity: Validity): Promise<PemPair> {
  const x509 = await library()
  const ca = new x509.X509Certificate(authority.cert)
  const caKey = createPrivateKey(authority.key).export({ format: 'der', type: 'pkcs8' })
  const keys = await newKeys()
  const cert = await x509.X509CertificateGenerator.create({
    ...validity,
    subject: 'CN=Plimsoll webhook',
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: await crypto.subtle.importKey('pkcs8', caKey, ALGORITHM, false, ['sign']),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey),
    ],
  })
  return { cert: withNewline(cert.toString('pem')), key: await pemOf(keys.privateKey) }
}

/**
 * Loads the X.509 library. Only code that issues something loads it: it costs 100 ms and 20 MB, and a webhook in a cluster
 * never needs it.
 */
async function library() {
  await import('reflect-metadata')
  return await import('@peculiar/x509')
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const { PemConverter } = await library()
  return withNewline(PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY'))
}

function withNewline(pem: string): string {
  return pem.endsWith('\n') ? pem : `${pem}\n`
}
