import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStartup } from '../../src/recommendations/startup-room.ts'

const status = {
  upTo: '4',
  containers: [
    { name: 'app', seconds: 30, boost: '2x' },
    { name: 'proxy', seconds: 5 },
  ],
}
const room = { startup: { upTo: 4_000_000_000n, proposed: new Map([['app', '2x']]) } }

test('startup values are read from the object and from its text in the same way', () => {
  assert.deepEqual(readStartup(status), room)
  assert.deepEqual(readStartup(JSON.stringify(status)), room)
})

test('without a readable amount, no boost may be given', () => {
  for (const text of [undefined, '', 'x', '7', '[]', '{}', '{"upTo":"0"}', '{"upTo":"-1"}', '{"held":"HeldForHpa"}'])
    assert.deepEqual(readStartup(text), {}, text)
  assert.deepEqual(readStartup('{"upTo":"4","containers":[7,{"name":1}]}').startup?.proposed.size, 0)
})
