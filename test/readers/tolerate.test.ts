import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KubeError } from '../../src/kube/errors.ts'
import { tolerating } from '../../src/readers/tolerate.ts'

const refused = (status: number) => Promise.reject(new KubeError('Forbidden', 'not you', { status }))

test('a forbidden reading is reported, and a substitute is returned', async () => {
  const told: string[] = []
  const tolerate = tolerating((what, { status }) => told.push(`${what}: ${status}`))
  assert.equal(await tolerate('Nodes', Promise.resolve(1), 0), 1)
  assert.equal(await tolerate('Nodes', refused(403), 0), 0)
  assert.equal(await tolerate('Nodes', refused(404), 0), 0)
  assert.deepEqual(told, ['Nodes: 403'], 'what does not exist is no trouble')
})

test('an error that is not from the API server is thrown', async () => {
  const tolerate = tolerating(() => {})
  await assert.rejects(tolerate('Nodes', Promise.reject(new TypeError('bug')), 0), TypeError)
})
