/** As chosen; `system`: as the machine has it. */
export type Theme = 'system' | 'dark' | 'light'

/** An event of the window: colours have changed. */
export const THEME_CHANGED = 'plimsoll:theme'
const KEY = 'plimsoll-theme'

export const prefersDark = matchMedia('(prefers-color-scheme: dark)')

export function chosenTheme(): Theme {
  const chosen = remembered()
  return chosen === 'dark' || chosen === 'light' ? chosen : 'system'
}

/** Dark where it is light, and light where it is dark, from now on. */
export function toggleTheme(): void {
  localStorage.setItem(KEY, inForce() === 'dark' ? 'light' : 'dark')
  showTheme()
}

/** The style sheet knows the theme in force by the root of the page alone. */
export function showTheme(): void {
  document.documentElement.dataset.theme = inForce()
  dispatchEvent(new Event(THEME_CHANGED))
}

function inForce(): 'dark' | 'light' {
  const chosen = chosenTheme()
  return chosen === 'system' ? (prefersDark.matches ? 'dark' : 'light') : chosen
}

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    // A browser may be told to let no page remember anything.
    return null
  }
}
