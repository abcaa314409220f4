import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { deadLinks } from '../../scripts/site/dead-links.ts'

test('a built site is searched for links to files and headings that do not exist', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-site-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  write('style.css', '')
  write('guides/slos/index.html', '<h2 id="presets"></h2> <a href="../../">up</a> <a href="#presets">here</a>')
  write(
    'index.html',
    [
      '<link href="/docs/style.css"> <a href="/docs/guides/slos/#presets">good</a> <a href="https://example.com/x">away</a>',
      '<a href="/docs/guides/slos/#none">no heading</a> <a href="/docs/guides/none/">no file</a> <img src="/logo.png">',
    ].join('\n'),
  )
  assert.deepEqual(deadLinks(folder, '/docs/'), {
    pages: 2,
    dead: [
      'index.html: /docs/guides/slos/#none: there is no such heading',
      'index.html: /docs/guides/none/: there is no such file',
      'index.html: /logo.png: it is outside /docs/',
    ],
  })
})
