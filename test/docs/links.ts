import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { ROOT, textOf } from './pages.ts'

/** A link to another page or file of the repository, or to a heading. */
export interface Link {
  readonly where: string
  readonly path: string
  readonly anchor: string
}

/** The links of a page that stay in the repository; code is left out. */
export function linksOf(page: string, markdown: string): Link[] {
  let isFenced = false
  return markdown.split('\n').flatMap((line, i) => {
    if (/^\s*```/.test(line)) isFenced = !isFenced
    if (isFenced || /^ {4}/.test(line)) return []
    const text = line.replaceAll(/`[^`]*`/g, (code) => '`'.padEnd(code.length, '`'))
    return [...text.matchAll(/\]\(([^)#\s]*)(?:#([^)\s]*))?\)/g)]
      .filter(([, path]) => !/^[a-z]+:/.test(path!))
      .map(([, path, anchor]) => ({ where: `${page}:${i + 1}`, path: path!, anchor: anchor ?? '' }))
  })
}

/** Why a link of a page leads nowhere; undefined where it leads somewhere. */
export function whyDead(page: string, { path, anchor }: Link): string | undefined {
  const target = path === '' ? page : normalize(join(dirname(page), path))
  if (target.startsWith('..')) return `${path} is outside the repository`
  if (!existsSync(join(ROOT, target))) return `there is no ${target}`
  if (anchor === '' || !target.endsWith('.md')) return undefined
  return anchorsOf(textOf(target)).has(anchor) ? undefined : `${target} has no heading #${anchor}`
}

/** What a page can be linked at: headings as GitHub and the site name them, and ids. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>()
  let isFenced = false
  for (const line of markdown.split('\n')) {
    if (/^\s*```/.test(line)) isFenced = !isFenced
    if (isFenced) continue
    for (const [, id] of line.matchAll(/<a id="([^"]+)">/g)) anchors.add(id!)
    const heading = /^#{1,6} +(.*)$/.exec(line)?.[1]
    if (heading === undefined) continue
    const slug = slugOf(heading)
    let name = slug
    for (let n = 1; anchors.has(name); n++) name = `${slug}-${n}`
    anchors.add(name)
  }
  return anchors
}

function slugOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-')
}
