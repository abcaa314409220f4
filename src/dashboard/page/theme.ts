import { prefersDark, recallTheme, showTheme } from './theme-choice.ts'

// Before anything is drawn, so that no light flashes in the dark.
recallTheme()
showTheme()
prefersDark.addEventListener('change', showTheme)
