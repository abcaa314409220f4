// The dashboard under a path, as behind an Ingress or a Gateway that serves more than this.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { post, serve } from './serve.ts'

test('serves page, files and API under the prefix, and says so to the page', async (t) => {
  const { ask, url, link } = await serve(t, { pathPrefix: '/tools/plimsoll' })
  assert.match(url, /:\d+\/tools\/plimsoll\/$/)
  for (const path of ['/tools/plimsoll', '/tools/plimsoll/', '/tools/plimsoll/approvals']) {
    const page = await ask(path)
    assert.equal(page.status, 200, path)
    assert.match(page.text, /<html data-prefix="\/tools\/plimsoll" lang="en">/)
    const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file!)
    assert.ok(files.length >= 4)
    for (const file of files) assert.equal((await ask(file)).status, 200, file)
  }
  const secret = link().replace('#token=', '')
  assert.equal((await ask('/tools/plimsoll/api/v1/session', post({ secret }))).status, 200)
})

test('answers nothing outside the prefix but probes, and leads the root there', async (t) => {
  const { ask } = await serve(t, { pathPrefix: '/plimsoll' })
  assert.equal((await ask('/healthz')).status, 200)
  assert.equal((await ask('/api/v1/session')).status, 404)
  assert.equal((await ask('/approvals')).status, 404)
  const root = await ask('/')
  assert.equal(root.status, 302)
  assert.equal(root.headers.location, '/plimsoll/')
})
