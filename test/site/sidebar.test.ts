import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../docs/pages.ts'

interface Entry {
  readonly slug?: string
  readonly items?: readonly Entry[]
}

/** The configuration of the site has no types. */
const { SIDEBAR } = (await import(join(ROOT, 'site/sidebar.js'))) as { readonly SIDEBAR: readonly Entry[] }

test('every page but the first one and the decisions is in the sidebar', () => {
  const slugsOf = ({ slug, items = [] }: Entry): string[] => [...(slug ? [slug] : []), ...items.flatMap(slugsOf)]
  const pages = globSync('**/*.md', { cwd: join(ROOT, 'docs'), exclude: (path) => path.startsWith('decisions') })
  const slugs = pages.map((page) => page.replace(/(\/index)?\.md$/, '')).filter((slug) => slug !== 'index')
  assert.deepEqual(SIDEBAR.flatMap(slugsOf).toSorted(), slugs.toSorted())
})
