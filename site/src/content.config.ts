// The pages are those of docs/ as they are: Markdown that also reads well in a repository, without front matter.

import { defineCollection } from 'astro:content'
import { docsSchema } from '@astrojs/starlight/schema'
import { glob } from 'astro/loaders'
import { titleOf } from '../markdown/title.js'

const pages = glob({ base: '../docs', pattern: '**/*.md' })

export const collections = {
  docs: defineCollection({
    schema: docsSchema(),
    loader: {
      name: 'docs',
      load: (context) =>
        pages.load({
          ...context,
          parseData: (props) =>
            context.parseData({ ...props, data: { title: titleOf(props.filePath), ...props.data } }),
        }),
    },
  }),
}
