import { useEffect, useState } from 'preact/hooks'
import { chosenTheme, THEME_CHANGED, type Theme, toggleTheme } from './theme-choice.ts'

/** What is chosen, and how to choose the other. */
export function useTheme(): readonly [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(chosenTheme)
  const toggle = () => {
    toggleTheme()
    setTheme(chosenTheme())
  }
  return [theme, toggle]
}

/** Called when colours have changed. */
export function useThemeChange(changed: () => void): void {
  useEffect(() => {
    addEventListener(THEME_CHANGED, changed)
    return () => removeEventListener(THEME_CHANGED, changed)
  }, [])
}
