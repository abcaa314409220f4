import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.ts'

export interface Certificate {
  /** Paths of PEM files. */
  readonly certificate: string
  readonly key: string
}

export interface CertificateRequest {
  /** As openssl writes it: `/O=system:masters/CN=admin`. */
  readonly subject: string
  /** Such as `IP:127.0.0.1` and `DNS:localhost`. */
  readonly names?: readonly string[]
}

/** A certificate authority in its own directory; everything is ECDSA P-256 and lasts for ten days. */
export class CertificateAuthority {
  readonly #directory: string
  readonly #self: Certificate

  private constructor(directory: string, self: Certificate) {
    this.#directory = directory
    this.#self = self
  }

  static async create(directory: string, commonName: string): Promise<CertificateAuthority> {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const self = await certificate(directory, 'ca', [
      ...['-subj', `/CN=${commonName}`],
      ...['-addext', 'basicConstraints=critical,CA:TRUE'],
      ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    ])
    return new CertificateAuthority(directory, self)
  }

  /** Path of the authority's own certificate, PEM. */
  get certificate(): string {
    return this.#self.certificate
  }

  get key(): string {
    return this.#self.key
  }

  /** Issues NAME.crt and NAME.key for servers and clients alike. */
  async issue(name: string, { subject, names = [] }: CertificateRequest): Promise<Certificate> {
    return await certificate(this.#directory, name, [
      ...['-subj', subject, '-CA', this.#self.certificate, '-CAkey', this.#self.key],
      ...['-addext', 'basicConstraints=critical,CA:FALSE'],
      ...['-addext', 'keyUsage=critical,digitalSignature'],
      ...['-addext', 'extendedKeyUsage=serverAuth,clientAuth'],
      ...(names.length > 0 ? ['-addext', `subjectAltName=${names.join(',')}`] : []),
    ])
  }
}

async function certificate(directory: string, name: string, args: readonly string[]): Promise<Certificate> {
  const files = { certificate: join(directory, `${name}.crt`), key: join(directory, `${name}.key`) }
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '10'],
    // Without a configuration file, so that a machine's own does not add extensions a second time.
    ...['-config', '/dev/null', '-keyout', files.key, '-out', files.certificate, ...args],
  ])
  return files
}

/** The key pair that signs service accounts' tokens, as PEM files. */
export function serviceAccountKeys(directory: string): { readonly publicKey: string; readonly privateKey: string } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const files = {
    publicKey: join(directory, 'service-account.pub'),
    privateKey: join(directory, 'service-account.key'),
  }
  writeFileSync(files.publicKey, pair.publicKey.export({ type: 'spki', format: 'pem' }))
  writeFileSync(files.privateKey, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  return files
}
