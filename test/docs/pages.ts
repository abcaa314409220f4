import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')

/** Every page that people read, by its path from the root of the repository. */
export const PAGES: readonly string[] = globSync(
  ['*.md', 'docs/**/*.md', 'charts/**/*.md', 'examples/*.md', 'test/cluster/*.md', 'bench/*.md', 'site/*.md'],
  { cwd: ROOT },
).sort()

/** The text of a page. */
export function textOf(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8')
}

/** Pages of which every word must be true of this version: decisions and the changelog describe earlier ones. */
export const CURRENT_PAGES: readonly string[] = PAGES.filter(
  (page) => !page.startsWith('docs/decisions/') && page !== 'CHANGELOG.md',
)
