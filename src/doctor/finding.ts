/** What one check came to. `act` says what to do; it is there whenever all is not well. */
export type Finding =
  | { readonly check: Check; readonly status: 'ok'; readonly says: string }
  | { readonly check: Check; readonly status: 'warn' | 'fail'; readonly says: string; readonly act: string }

/** In the order in which they are told: each rests on those before it. */
export const CHECKS = [
  'installation',
  'kubernetes',
  'types',
  'registration',
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
  'calls',
  'fail-open',
  'leader',
  'namespaces',
  'history',
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
