import type { RequestOptions } from 'node:https'

/** What a request needs to be let in: TLS material, headers and, where there is a proxy, an agent that goes through it. */
export type Access = Pick<
  RequestOptions,
  'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'rejectUnauthorized' | 'servername' | 'auth' | 'agent'
> & { readonly headers?: Readonly<Record<string, string>> }

/** Where the API server is, and how to sign in. */
export interface Credentials {
  /** `https://…`, with the path below which the API is served, if any. */
  readonly server: string
  /** The namespace that they are for: the Pod's own, or that of the kubeconfig's context. */
  readonly namespace: string
  /** For one request: what expires is renewed here. */
  access(): Promise<Access>
  /** The API server refused them, so what was remembered is to be read anew. */
  forget(): void
}
