import { prefersDark, recallTheme, showTheme } from './theme-choice.ts'

// This runs before anything is drawn, so that a dark page does not flash in light colours.
recallTheme()
showTheme()
prefersDark.addEventListener('change', showTheme)
