/** Oldest supported minor version of Kubernetes 1: since then, matchConditions of webhooks are stable. */
const OLDEST_MINOR = 30

export const OLDEST_KUBERNETES = `1.${OLDEST_MINOR}`

/** @param version as the API server says it, such as `v1.36.3` */
export function isTooOld(version: string): boolean {
  const [, major = '0', minor = '0'] = /^v?(\d+)\.(\d+)/.exec(version) ?? []
  return Number(major) < 1 || (Number(major) === 1 && Number(minor) < OLDEST_MINOR)
}
