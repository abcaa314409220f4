import type { BodyLimits } from './body.ts'

/** Resources that clients may use on the server: sizes in bytes, times in milliseconds. */
export interface ServerLimits extends BodyLimits {
  readonly connections: number
  readonly headerBytes: number
  readonly handshakeMilliseconds: number
  readonly headersMilliseconds: number
  readonly requestMilliseconds: number
  readonly keepAliveMilliseconds: number
  /** How often requests are checked for timeouts. */
  readonly checkMilliseconds: number
}

export const LIMITS: ServerLimits = {
  // The API server takes objects of 3 MiB at most; a review adds little to one.
  bodyBytes: 4 * 1024 * 1024,
  bufferedBytes: 64 * 1024 * 1024,
  inFlight: 1024,
  // kube-apiserver opens a connection for each call in progress.
  connections: 2048,
  headerBytes: 16 * 1024,
  // The API server gives up after 30 s at the latest, and by default after 10 s, so slower requests are not worth waiting for.
  handshakeMilliseconds: 5_000,
  headersMilliseconds: 5_000,
  requestMilliseconds: 10_000,
  // kube-apiserver keeps idle connections for 90 s: a server that closes one earlier loses the request on its way.
  keepAliveMilliseconds: 120_000,
  checkMilliseconds: 1_000,
}
