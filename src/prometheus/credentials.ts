import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { HistoryError } from '../history/index.ts'

/** Credentials for the server. At most one of a token, a token file and basic auth may be given. */
export interface Credentials {
  readonly bearerToken?: string
  /** Path of a file with a bearer token. It is read again for each request, because tokens of service accounts change every hour. */
  readonly bearerTokenFile?: string
  readonly basicAuth?: { readonly username: string; readonly password: string }
  /** Additional headers of each request, such as `X-Scope-OrgID`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Path of a PEM file with the only authorities to trust; if missing, the default ones are trusted. */
  readonly caFile?: string
}

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const TOKEN = /^[\x21-\x7e]+$/

/**
 * Checks that the credentials do not contradict each other and fit into headers.
 *
 * @throws HistoryError if they do not; the message never contains a secret
 */
export function checkCredentials({ bearerToken, bearerTokenFile, basicAuth, headers = {} }: Credentials): void {
  const ways = [bearerToken, bearerTokenFile, basicAuth].filter((way) => way !== undefined)
  if (ways.length > 1) {
    throw new HistoryError('give one of a bearer token, a bearer token file and basic auth for Prometheus, not several')
  }
  if (bearerToken !== undefined) checkToken(bearerToken, 'the bearer token')
  if (basicAuth?.username.includes(':')) throw new HistoryError('a user name for basic auth cannot contain a colon')
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name)) throw new HistoryError(`${JSON.stringify(name)} is not a valid name of an HTTP header`)
    if (!HEADER_VALUE.test(value)) {
      throw new HistoryError(`the value of the HTTP header ${name} contains characters that are not allowed in headers`)
    }
  }
}

/**
 * The headers of a request, and the parts of them that must never be shown.
 *
 * @throws HistoryError if the token file cannot be read or holds no token
 */
export async function headersOf(
  credentials: Credentials,
): Promise<{ readonly headers: Record<string, string>; readonly secrets: readonly string[] }> {
  const { bearerToken, bearerTokenFile, basicAuth } = credentials
  const headers: Record<string, string> = { ...credentials.headers, accept: 'application/json' }
  if (basicAuth) {
    const { username, password } = basicAuth
    const pair = Buffer.from(`${username}:${password}`).toString('base64')
    return { headers: { ...headers, authorization: `Basic ${pair}` }, secrets: [password, pair] }
  }
  const token = bearerTokenFile === undefined ? bearerToken : await readToken(bearerTokenFile)
  if (token === undefined) return { headers, secrets: [] }
  return { headers: { ...headers, authorization: `Bearer ${token}` }, secrets: [token] }
}

async function readToken(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new HistoryError(`the bearer token file ${path} cannot be read: ${error.message}`, { cause: error })
  })
  const token = text.trim()
  checkToken(token, `the bearer token in ${path}`)
  return token
}

function checkToken(token: string, what: string): void {
  if (token === '') throw new HistoryError(`${what} is empty`)
  if (!TOKEN.test(token))
    throw new HistoryError(`${what} contains spaces or other characters that are not allowed in headers`)
}

/**
 * Reads a PEM file of certificate authorities.
 *
 * @throws HistoryError if the file cannot be read or holds no certificate
 */
export async function readAuthorities(path: string): Promise<string> {
  try {
    const pem = await readFile(path, 'utf8')
    // Node reads a file without certificates as an empty list of authorities, and would trust no server.
    new X509Certificate(pem)
    return pem
  } catch (error) {
    throw new HistoryError(`the CA file ${path} is not a PEM file with certificates: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
