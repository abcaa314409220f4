import { useEffect, useState } from 'preact/hooks'
import { addressOf, pathIn } from './address.ts'

/** The current place: path (without the prefix) and query of the address. */
export interface Place {
  readonly path: string
  readonly query: URLSearchParams
}

const CHANGED = 'plimsoll:place'

function here(): Place {
  return { path: pathIn(location.pathname), query: new URLSearchParams(location.search) }
}

export function usePlace(): Place {
  const [place, setPlace] = useState(here)
  useEffect(() => {
    const follow = () => setPlace(here())
    addEventListener('popstate', follow)
    addEventListener(CHANGED, follow)
    return () => {
      removeEventListener('popstate', follow)
      removeEventListener(CHANGED, follow)
    }
  }, [])
  return place
}

export function go(path: string): void {
  history.pushState(null, '', addressOf(path))
  dispatchEvent(new Event(CHANGED))
  scrollTo(0, 0)
}

/**
 * Changes the query of the address without a new entry in the browser's history, so that going back does not lead
 * through every letter that was typed. An empty value removes the field.
 */
export function setQuery(changes: Readonly<Record<string, string>>): void {
  const query = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') query.delete(name)
    else query.set(name, value)
  }
  history.replaceState(null, '', query.size > 0 ? `?${query}` : location.pathname)
  dispatchEvent(new Event(CHANGED))
}

/** Follows links within the page without loading it again. Clicks for a new tab or window are left to the browser. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
  const link = (event.target as Element).closest?.('a[href^="/"]')
  if (!link) return
  event.preventDefault()
  go(pathIn(link.getAttribute('href')!))
}
