import { readFileSync } from 'node:fs'

/** The first heading of a page, which Starlight shows as its title. */
export function titleOf(file) {
  const heading = /^# +(.+)$/m.exec(readFileSync(file, 'utf8'))?.[1]
  if (!heading) throw new Error(`${file} has no title: give it a first line "# …"`)
  return heading.replaceAll(/[`*]/g, '')
}
