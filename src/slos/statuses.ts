import type { StatusKind } from './source.ts'

/**
 * Status codes of gRPC that are failures of the server, by name and number.
 *
 * Source: OpenTelemetry, "Semantic conventions for gRPC", table of the span status of servers
 */
const GRPC_FAILURES = new Set(
  [
    ['UNKNOWN', 2],
    ['DEADLINE_EXCEEDED', 4],
    ['UNIMPLEMENTED', 12],
    ['INTERNAL', 13],
    ['UNAVAILABLE', 14],
    ['DATA_LOSS', 15],
  ].flatMap(([name, number]) => [String(name).replace('_', ''), String(number)]),
)

/**
 * Whether a request with this status failed at the server. HTTP: 500 to 599, also as `5xx`, `5` or `SERVER_ERROR`; gRPC: by name in any
 * spelling (`DeadlineExceeded`, `DEADLINE_EXCEEDED`) or number; Linkerd: as it classifies responses.
 */
export function isFailure(kind: StatusKind, status: string): boolean {
  if (kind === 'linkerd') return status === 'failure'
  if (kind === 'grpc') return GRPC_FAILURES.has(status.toUpperCase().replaceAll('_', ''))
  return /^5([0-9]{2}|xx)?$/i.test(status)
}
