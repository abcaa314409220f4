import { createPrivateKey, X509Certificate } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { issueAuthority, issueServing, type PemPair } from './issue.ts'

/** Paths of a certificate that Plimsoll issued to itself, in PEM. */
export interface SelfIssued {
  readonly certFile: string
  readonly keyFile: string
  /** Path of the CA's certificate, for clients: `curl --cacert`. */
  readonly caFile: string
}

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000
const VALID_DAYS = 90
const RENEW_BEFORE_DAYS = 30
/** A certificate is valid from five minutes before it is issued, because the clocks of machines that share it differ a little. */
const BACKDATE_MILLISECONDS = 5 * 60 * 1000

/**
 * Paths of a serving certificate for local use in `directory` (files of mode 0600), signed by a separate CA. An existing one is
 * used again if it covers `hosts` (DNS names and IP addresses) and is valid for another 30 days. The CA's key is thrown away,
 * so that nothing else can ever be issued in its name.
 *
 * @param now Unix time, milliseconds
 */
export async function selfIssuedCertificate(
  directory: string,
  hosts: readonly string[],
  now: number,
): Promise<SelfIssued> {
  const files = {
    certFile: join(directory, 'tls.crt'),
    keyFile: join(directory, 'tls.key'),
    caFile: join(directory, 'ca.crt'),
  }
  if (await isUsable(files, hosts, now)) return files
  const { ca, cert, key } = await issue(hosts, now)
  await mkdir(directory, { recursive: true })
  // Also a directory that was there before: anyone who may write in it could replace the key.
  await chmod(directory, 0o700)
  await writePrivately(files.caFile, ca)
  await writePrivately(files.keyFile, key)
  await writePrivately(files.certFile, cert)
  return files
}

async function isUsable(files: SelfIssued, hosts: readonly string[], now: number): Promise<boolean> {
  try {
    const cert = new X509Certificate(await readFile(files.certFile))
    const ca = new X509Certificate(await readFile(files.caFile))
    const lastsUntil = Math.min(cert.validToDate.getTime(), ca.validToDate.getTime())
    return (
      lastsUntil - now > RENEW_BEFORE_DAYS * DAY_MILLISECONDS &&
      cert.validFromDate.getTime() <= now &&
      cert.verify(ca.publicKey) &&
      cert.checkPrivateKey(createPrivateKey(await readFile(files.keyFile))) &&
      hosts.every((host) => (isIP(host) ? cert.checkIP(host) : cert.checkHost(host)))
    )
  } catch {
    // Missing or damaged: issue a new one.
    return false
  }
}

/** Issues a serving certificate, and a CA whose key nobody keeps. All in PEM. */
async function issue(hosts: readonly string[], now: number): Promise<PemPair & { ca: string }> {
  const validity = {
    notBefore: new Date(now - BACKDATE_MILLISECONDS),
    notAfter: new Date(now + VALID_DAYS * DAY_MILLISECONDS),
  }
  const authority = await issueAuthority('Plimsoll local CA', validity)
  return { ca: authority.cert, ...(await issueServing(authority, hosts, validity)) }
}

/** Writes a file of mode 0600 in one step, so that a reader never sees half a file. */
async function writePrivately(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}`
  // What is there already may be a link that somebody else put there.
  await rm(temporary, { force: true })
  await writeFile(temporary, text, { mode: 0o600, flag: 'wx' })
  await rename(temporary, path)
}
