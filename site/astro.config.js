import { unified } from '@astrojs/markdown-remark'
import starlight from '@astrojs/starlight'
import { defineConfig, passthroughImageService } from 'astro/config'
import { remarkPages } from './markdown/remark-pages.js'
import { SIDEBAR } from './sidebar.js'

/** Path under which the site is served, such as /plimsoll/. */
const base = process.env.SITE_BASE ?? '/'

export default defineConfig({
  base,
  // Where the repository's files can be read, for links that leave docs/: such as https://git.example.com/plimsoll/blob/main.
  markdown: { processor: unified({ remarkPlugins: [[remarkPages, { base, source: process.env.SITE_SOURCE }]] }) },
  image: { service: passthroughImageService() },
  integrations: [
    starlight({
      title: 'Plimsoll',
      description: 'Right-sized Kubernetes Pods: learned from usage, applied within bounds, explained and reversible.',
      sidebar: SIDEBAR,
      tableOfContents: { maxHeadingLevel: 3 },
      customCss: ['./src/styles/tables.css'],
      disable404Route: true,
    }),
  ],
})
