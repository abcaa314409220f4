/** Result of one check. `act` says what to do, and is present unless the status is `ok`. */
export type Finding =
  | { readonly check: Check; readonly status: 'ok'; readonly says: string }
  | { readonly check: Check; readonly status: 'warn' | 'fail'; readonly says: string; readonly act: string }

/** Checks in the order in which they are reported: each depends on those before it. */
export const CHECKS = [
  'kubernetes',
  'installation',
  'types',
  'registration',
  'order',
  'pods',
  'versions',
  'certificate',
  'trust',
  'expiry',
  'served',
  'heard',
  'clock',
  'rights',
  'privilege',
  'callers',
  'calls',
  'fail-open',
  'leader',
  'running',
  'experiments',
  'namespaces',
  'history',
  'clusters',
  'recommendations',
] as const
export type Check = (typeof CHECKS)[number]

export function ok(check: Check, says: string): Finding {
  return { check, status: 'ok', says }
}

export function warn(check: Check, says: string, act: string): Finding {
  return { check, status: 'warn', says, act }
}

export function fail(check: Check, says: string, act: string): Finding {
  return { check, status: 'fail', says, act }
}
