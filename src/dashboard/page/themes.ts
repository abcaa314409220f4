import { useEffect, useState } from 'preact/hooks'

export type Theme = 'system' | 'dark' | 'light'

const KEY = 'plimsoll-theme'
const CHANGED = 'plimsoll:theme'

/** As chosen; `system`: as the machine has it. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(chosen)
  const choose = (next: Theme) => {
    if (next === 'system') {
      delete document.documentElement.dataset.theme
      localStorage.removeItem(KEY)
    } else {
      document.documentElement.dataset.theme = next
      localStorage.setItem(KEY, next)
    }
    setTheme(next)
    dispatchEvent(new Event(CHANGED))
  }
  return [theme, choose]
}

export function nextTheme(theme: Theme): Theme {
  return theme === 'system' ? (prefersDark().matches ? 'light' : 'dark') : theme === 'dark' ? 'light' : 'dark'
}

/** Called when colours have changed. */
export function useThemeChange(changed: () => void): void {
  useEffect(() => {
    const media = prefersDark()
    media.addEventListener('change', changed)
    addEventListener(CHANGED, changed)
    return () => {
      media.removeEventListener('change', changed)
      removeEventListener(CHANGED, changed)
    }
  }, [])
}

function chosen(): Theme {
  const { theme } = document.documentElement.dataset
  return theme === 'dark' || theme === 'light' ? theme : 'system'
}

function prefersDark(): MediaQueryList {
  return matchMedia('(prefers-color-scheme: dark)')
}
