import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { parsePathKeys } from '../../api/index.ts'
import type { CallerOptions } from '../../webhook/index.ts'
import { CommandError } from '../failure.ts'

/**
 * Reads the authority of client certificates, once: a webhook that could not recognize the API server would leave every Pod alone, so
 * it does not start, and the previous one keeps serving.
 *
 * @throws CommandError if the file is not a certificate in PEM
 */
export async function readClientCertificate({
  clientCa: file,
  clientName: name,
}: {
  readonly clientCa?: string
  readonly clientName?: string
}): Promise<CallerOptions['clientCertificate']> {
  if (file === undefined) return undefined
  const ca = await read('--client-ca', file)
  try {
    new X509Certificate(ca)
  } catch (cause) {
    const problem = 'expected the certificate of an authority in PEM, which begins with -----BEGIN CERTIFICATE-----'
    throw new CommandError(`--client-ca ${file}: ${problem}`, { cause })
  }
  return { ca, name }
}

/** @throws CommandError if the file has no key */
export async function readPathKeys({
  pathKeys: file,
}: {
  readonly pathKeys?: string
}): Promise<readonly string[] | undefined> {
  if (file === undefined) return undefined
  const keys = parsePathKeys(await read('--path-keys', file))
  if (!keys)
    throw new CommandError(`--path-keys ${file}: expected keys of 32 to 64 characters a-z and 0-9, one per line`)
  return keys
}

async function read(option: string, file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((cause) => {
    throw new CommandError(`${option} ${file}: ${(cause as Error).message}`, { cause })
  })
}
