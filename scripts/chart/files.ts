import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { grafanaDashboard } from '../grafana/dashboard.ts'
import { valuesSchema } from './schema.ts'
import { withValuesTable } from './table.ts'
import { valuesYaml } from './values.ts'

export const CHART = join(import.meta.dirname, '..', '..', 'charts', 'plimsoll')

/** What of the chart follows from the code: text by the file's name. */
export function generatedFiles(): Readonly<Record<string, string>> {
  const schema = valuesSchema()
  return {
    'values.schema.json': `${JSON.stringify(schema, null, 2)}\n`,
    'files/dashboard.json': grafanaDashboard(),
    'values.yaml': valuesYaml(schema),
    'README.md': withValuesTable(readFileSync(join(CHART, 'README.md'), 'utf8'), schema),
  }
}
