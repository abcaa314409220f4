import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import { systemTime, type Time } from '../clock/index.ts'
import type { Access, Credentials } from './credentials.ts'

export const SERVICE_ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * How often the token is read again. Tokens last an hour and the kubelet replaces them at 80 % of that; client-go reads
 * them every minute, too.
 */
const REREAD_MILLISECONDS = 60_000

/**
 * Credentials of the service account of the Pod that this process runs in. Token and certificate authority are read
 * again every minute, because both rotate. This does not use the client library, which would cost every webhook 85 MB
 * (docs/decisions/0010).
 */
export async function inClusterCredentials(
  env: NodeJS.ProcessEnv,
  { directory = SERVICE_ACCOUNT_DIRECTORY, time = systemTime }: { directory?: string; time?: Time } = {},
): Promise<Credentials> {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = env
  const read = async (file: string) => (await readFile(join(directory, file), 'utf8')).trim()
  let remembered: { access: Access; until: number } | undefined
  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    namespace: await read('namespace'),
    async access() {
      if (!remembered || time.elapsed() >= remembered.until) {
        const [ca, token] = await Promise.all([read('ca.crt'), read('token')])
        const access = { ca, headers: { authorization: `Bearer ${token}` } }
        remembered = { access, until: time.elapsed() + REREAD_MILLISECONDS }
      }
      return remembered.access
    },
    forget() {
      remembered = undefined
    },
  }
}
