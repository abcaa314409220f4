// Links to the dashboards of other clusters.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Link } from '../../src/config/index.ts'
import { serve } from './serve.ts'

const EU = { name: 'eu', url: 'https://plimsoll.eu.example.com/' }

test('are in the answer to who is signed in, if there are any', async (t) => {
  const linked = await (await serve(t, { clusters: [EU] })).signedIn()
  assert.deepEqual((await linked('/api/v1/session')).json().clusters, [EU])
  const alone = await (await serve(t)).signedIn()
  assert.ok(!('clusters' in (await alone('/api/v1/session')).json()))
})

test('are names and addresses of pages', () => {
  assert.deepEqual(Link.parse(`eu=${EU.url}?a=b`), { name: 'eu', url: `${EU.url}?a=b` })
  for (const wrong of ['javascript:alert(1)', 'eu=javascript:alert(1)', 'eu=', '=https://a.example', 'eu'])
    assert.match(`${Link.safeParse(wrong).error}`, /expected (a name and )?an address, such as/, wrong)
})
