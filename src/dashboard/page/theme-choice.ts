/** As chosen; `system`: as the machine has it. */
export type Theme = 'system' | 'dark' | 'light'

/** An event of the window: colours have changed. */
export const THEME_CHANGED = 'plimsoll:theme'
const KEY = 'plimsoll-theme'

export const prefersDark = matchMedia('(prefers-color-scheme: dark)')
/** At the root of the page stand what is chosen, and what is in force: the style sheet knows the theme by the latter alone. */
const { dataset } = document.documentElement

export function chosenTheme(): Theme {
  return themeOf(dataset.chosenTheme)
}

/** As it was chosen on an earlier visit. */
export function recallTheme(): void {
  try {
    dataset.chosenTheme = themeOf(localStorage.getItem(KEY))
  } catch {
    // A browser may be told to let no page remember anything.
  }
}

/** The other one of dark and light from now on, then back, then as the machine has it again. */
export function chooseNextTheme(): void {
  const chosen = chosenTheme()
  const machines = prefersDark.matches ? 'dark' : 'light'
  const others = prefersDark.matches ? 'light' : 'dark'
  const next = chosen === 'system' ? others : chosen === others ? machines : 'system'
  dataset.chosenTheme = next
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // Then it is for this visit.
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
