import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Every link of a built site that leads to no file or no element of it; addresses elsewhere are not looked at.
 *
 * @param folder with the HTML
 * @param base path under which the site is served, such as / or /plimsoll/
 */
export function deadLinks(folder: string, base: string): { readonly pages: number; readonly dead: readonly string[] } {
  const html = new Map(
    globSync('**/*.html', { cwd: folder }).map((page) => [page, readFileSync(join(folder, page), 'utf8')]),
  )
  const ids = new Map<string, Set<string>>()
  const dead = [...html].flatMap(([page, text]) =>
    linksOf(text).flatMap((link) => {
      const why = whyDead(page, link)
      return why ? [`${page}: ${link}: ${why}`] : []
    }),
  )
  return { pages: html.size, dead }

  function whyDead(page: string, link: string): string | undefined {
    const { pathname, hash } = new URL(link, `http://site${base}${page.replace(/index\.html$/, '')}`)
    if (!pathname.startsWith(base)) return `it is outside ${base}`
    const file = fileOf(decodeURIComponent(pathname.slice(base.length)))
    if (file === undefined) return 'there is no such file'
    const id = decodeURIComponent(hash.slice(1))
    return id === '' || !html.has(file) || idsOf(file).has(id) ? undefined : 'there is no such heading'
  }

  function fileOf(path: string): string | undefined {
    const at = join(folder, path)
    if (existsSync(at) && statSync(at).isFile()) return path
    const index = join(path, 'index.html')
    return html.has(index) ? index : undefined
  }

  function idsOf(page: string): ReadonlySet<string> {
    const known = ids.get(page) ?? new Set([...html.get(page)!.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id!))
    ids.set(page, known)
    return known
  }
}

function linksOf(html: string): string[] {
  const all = [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, link]) => link!.replaceAll('&amp;', '&'))
  return [...new Set(all)].filter((link) => !/^([a-z][a-z+.-]*:|\/\/)/i.test(link))
}
