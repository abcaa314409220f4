import { join } from 'node:path'
import { commandsPage } from '../commands/page.ts'
import { reasonsPage } from '../reasons/page.ts'
import { alertsPage } from './alerts.ts'
import { metricsPage } from './metrics.ts'
import { resourcesPage } from './resources.ts'
import { valuesPage } from './values.ts'

export const REFERENCE = join(import.meta.dirname, '..', '..', 'docs', 'reference')

/** The generated pages of the reference: what each file of docs/reference must contain. */
export function referencePages(): Readonly<Record<string, string>> {
  return {
    'alerts.md': alertsPage(),
    'commands.md': commandsPage(),
    'metrics.md': metricsPage(),
    'reasons.md': reasonsPage(),
    'resources.md': resourcesPage(),
    'values.md': valuesPage(),
  }
}
