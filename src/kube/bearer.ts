import type { Credentials } from './credentials.ts'

/**
 * Somebody else's token, for the same API server. Of the credentials that are there only what says where the server is and
 * whom to trust is taken over: none of their certificates, keys and passwords, so that nobody acts with rights that are not
 * their own.
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
    // Theirs to renew.
    forget() {},
  }
}
