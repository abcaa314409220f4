/** A revision, and when the first Pod received it, in Unix seconds. */
export interface Received {
  readonly revision: number
  readonly receivedAtSeconds: number
}

interface Carrying {
  readonly carries?: { readonly revision: number; readonly since: string } | undefined
}

/** The newest revision that Pods carry; undefined if they carry none. */
export function newestReceived(pods: Iterable<Carrying>): Received | undefined {
  let newest: Received | undefined
  for (const { carries } of pods) {
    if (!carries) continue
    const { revision } = carries
    const receivedAtSeconds = Date.parse(carries.since) / 1000
    if (!Number.isFinite(receivedAtSeconds) || (newest && revision < newest.revision)) continue
    const isFirst = !newest || revision > newest.revision || receivedAtSeconds < newest.receivedAtSeconds
    if (isFirst) newest = { revision, receivedAtSeconds }
  }
  return newest
}
