// Writes the generated pages of docs/reference/ from the commands, tables and schemas that the code uses: `npm run generate`.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { REFERENCE, referencePages } from './reference/pages.ts'

for (const [name, text] of Object.entries(referencePages())) writeFileSync(join(REFERENCE, name), text)
