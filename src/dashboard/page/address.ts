/** Path under which the page is served, such as `/plimsoll`; empty at the root of the host. The server writes it. */
const PREFIX = document.documentElement.dataset.prefix ?? ''

/** Address of a path of the page, for links and requests. */
export function addressOf(path: string): string {
  return PREFIX + path
}

/** Path of the page that an address of it leads to; the inverse of `addressOf`. */
export function pathIn(address: string): string {
  return address.slice(PREFIX.length) || '/'
}
