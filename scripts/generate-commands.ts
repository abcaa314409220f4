// Writes docs/reference/commands.md from the commands' own help: `npm run generate`.
import { writeFileSync } from 'node:fs'
import { COMMANDS_PAGE, commandsPage } from './commands/page.ts'

writeFileSync(COMMANDS_PAGE, commandsPage())
