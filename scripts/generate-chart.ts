// Writes what of the Helm chart follows from the schemas that the code uses: `npm run generate`.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CHART, generatedFiles } from './chart/files.ts'

for (const [name, text] of Object.entries(generatedFiles())) writeFileSync(join(CHART, name), text)
