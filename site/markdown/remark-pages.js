import { dirname, join, relative, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')
const DOCS = join(ROOT, 'docs')

/**
 * Makes a page of docs/ one of the site: its title leaves the text, because the layout shows it, and links to other pages become
 * links of the site. Links to the rest of the repository lead to `source`; without it, only their text stays.
 *
 * @param {{ base: string, source?: string }} options path under which the site is served, and address of the repository's files
 */
export function remarkPages({ base, source }) {
  return (tree, { path }) => {
    const title = tree.children.findIndex(({ type, depth }) => type === 'heading' && depth === 1)
    if (title >= 0) tree.children.splice(title, 1)
    visit(tree, (node, parent, index) => {
      if (node.type !== 'link' || /^([a-z]+:|#|\/)/i.test(node.url)) return
      const [target, hash] = node.url.split('#')
      const file = resolve(dirname(path), target)
      const isPage = file.startsWith(`${DOCS}/`) && file.endsWith('.md')
      if (isPage) node.url = `${base}${slugOf(file)}/${hash ? `#${hash}` : ''}`
      else if (source) node.url = `${source}/${relative(ROOT, file)}${hash ? `#${hash}` : ''}`
      else parent.children.splice(index, 1, ...node.children)
    })
  }
}

function slugOf(file) {
  return relative(DOCS, file)
    .replace(/\.md$/, '')
    .replace(/(^|\/)index$/, '')
    .toLowerCase()
}

function visit(node, act) {
  for (let i = (node.children?.length ?? 0) - 1; i >= 0; i--) {
    const child = node.children[i]
    visit(child, act)
    act(child, node, i)
  }
}
