// Writes docs/reference/reasons.md from the tables of reasons and errors: `npm run generate`.
import { writeFileSync } from 'node:fs'
import { REASONS_PAGE, reasonsPage } from './reasons/page.ts'

writeFileSync(REASONS_PAGE, reasonsPage())
