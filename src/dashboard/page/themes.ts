import { useEffect, useState } from 'preact/hooks'
import { chooseNextTheme, chosenTheme, THEME_CHANGED, type Theme } from './theme-choice.ts'

/** The chosen theme, and a function that chooses the next one. */
export function useTheme(): readonly [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(chosenTheme)
  const chooseNext = () => {
    chooseNextTheme()
    setTheme(chosenTheme())
  }
  return [theme, chooseNext]
}

/** Calls a function whenever colours have changed. */
export function useThemeChange(changed: () => void): void {
  useEffect(() => {
    addEventListener(THEME_CHANGED, changed)
    return () => removeEventListener(THEME_CHANGED, changed)
  }, [])
}
