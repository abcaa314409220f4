import type { Credentials } from './credentials.ts'

/**
 * Credentials with somebody else's token, for the same API server. Only the server's address and the certificate authority are copied
 * from the existing credentials, but none of their certificates, keys and passwords, so that nobody acts with other people's rights.
 */
export function bearerCredentials(base: Credentials, token: string): Credentials {
  return {
    server: base.server,
    namespace: base.namespace,
    async access() {
      const { ca, servername, rejectUnauthorized, agent } = await base.access()
      const trusted = Object.fromEntries(
        Object.entries({ ca, servername, rejectUnauthorized, agent }).filter(([, value]) => value !== undefined),
      )
      return { ...trusted, headers: { authorization: `Bearer ${token}` } }
    },
    // Only the owner can renew the token.
    forget() {},
  }
}
