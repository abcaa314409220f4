import { prefersDark, showTheme } from './theme-choice.ts'

// Before anything is drawn, so that no light flashes in the dark.
showTheme()
prefersDark.addEventListener('change', showTheme)
