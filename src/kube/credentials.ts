import type { RequestOptions } from 'node:https'

/** What a request needs to be authenticated: TLS material, headers and, if there is a proxy, an agent that uses it. */
export type Access = Pick<
  RequestOptions,
  'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'rejectUnauthorized' | 'servername' | 'auth' | 'agent'
> & { readonly headers?: Readonly<Record<string, string>> }

/** Where the API server is, and how to sign in. */
export interface Credentials {
  /** URL of the API server, `https://…`, with the path prefix of the API, if any. */
  readonly server: string
  /** Name of the kubeconfig's context; undefined if they are not from a kubeconfig. */
  readonly context?: string
  /** Default namespace: that of the Pod, or that of the kubeconfig's context. */
  readonly namespace: string
  /** Access for one request. Expired parts are renewed here. */
  access(): Promise<Access>
  /** Called when the API server has refused the credentials: what was remembered must be read again. */
  forget(): void
}
