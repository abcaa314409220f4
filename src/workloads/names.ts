/** Name of RFC 1123 in lower case, without dots. */
const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/
const MAX_SUBDOMAIN = 253

/** Whether a namespace or a container can have this name: a-z, 0-9 and "-", at most 63 characters. */
export function isDnsLabel(name: string): boolean {
  return LABEL.test(name)
}

/** Whether most other objects can have this name: labels with dots between them, at most 253 characters. */
export function isDnsSubdomain(name: string): boolean {
  return name.length <= MAX_SUBDOMAIN && SUBDOMAIN.test(name)
}
