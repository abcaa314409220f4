/** Theme that the person has chosen; `system` follows the machine. */
export type Theme = 'system' | 'dark' | 'light'

/** Name of the event that the window gets when colours have changed. */
export const THEME_CHANGED = 'plimsoll:theme'
const KEY = 'plimsoll-theme'

export const prefersDark = matchMedia('(prefers-color-scheme: dark)')
/** The root element stores the theme that was chosen and the one in force; the style sheet uses only the latter. */
const { dataset } = document.documentElement

export function chosenTheme(): Theme {
  return themeOf(dataset.chosenTheme)
}

/** Restores the theme that was chosen on an earlier visit. */
export function recallTheme(): void {
  try {
    dataset.chosenTheme = themeOf(localStorage.getItem(KEY))
  } catch {
    // A browser may be set up so that no page can store anything.
  }
}

/** Chooses the next theme: first the opposite of the machine's, then the machine's, then `system` again. */
export function chooseNextTheme(): void {
  const chosen = chosenTheme()
  const machines = prefersDark.matches ? 'dark' : 'light'
  const others = prefersDark.matches ? 'light' : 'dark'
  const next = chosen === 'system' ? others : chosen === others ? machines : 'system'
  dataset.chosenTheme = next
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // The choice lasts for this visit only.
  }
  showTheme()
}

export function showTheme(): void {
  const chosen = chosenTheme()
  dataset.theme = chosen === 'system' ? (prefersDark.matches ? 'dark' : 'light') : chosen
  dispatchEvent(new Event(THEME_CHANGED))
}

function themeOf(text: string | null | undefined): Theme {
  return text === 'dark' || text === 'light' ? text : 'system'
}
