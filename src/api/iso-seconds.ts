/** Formats a time as RFC 3339 in UTC with whole seconds, as Kubernetes does. */
export function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}
