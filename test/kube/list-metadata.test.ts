import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findListMetadata } from '../../src/kube/list-metadata.ts'

const metadata = fc.record(
  { resourceVersion: fc.string(), continue: fc.base64String({ maxLength: 800 }) },
  { requiredKeys: [], noNullPrototype: true },
)
/** Whatever stands in objects, texts that look like the metadata of a list among it. */
const items = fc.array(
  fc.oneof(
    fc.jsonValue().map((value) => value as unknown),
    metadata.map((found) => ({ metadata: found, items: [], more: JSON.stringify({ items: [], metadata: found }) })),
    metadata.map((found) => ({ items: [found], metadata: found })),
  ),
)
const readable = (found: { readonly resourceVersion?: string }) => !/[{}]/.test(JSON.stringify(found).slice(1, -1))

test('the metadata of a list is found before its items, as built-in types have it, and after them, as custom resources do', () => {
  fc.assert(
    fc.property(items, metadata.filter(readable), fc.constantFrom('', '\n'), (items, metadata, end) => {
      const builtIn = { kind: 'PodList', apiVersion: 'v1', metadata, items }
      const custom = { apiVersion: 'plimsoll.dev/v1alpha1', items, kind: 'RecommendationList', metadata }
      for (const list of [builtIn, custom]) assert.deepEqual(findListMetadata(JSON.stringify(list) + end), metadata)
    }),
    { numRuns: 2_000 },
  )
})

test('nothing is found in a list that is written in another way, and no metadata of an item is taken for its', () => {
  fc.assert(
    fc.property(items, metadata, (items, metadata) => {
      const odd = [
        { items, metadata: { ...metadata, more: { deep: true } } },
        { items },
        { kind: 'PodList', items },
        items,
      ]
      for (const list of odd) assert.equal(findListMetadata(JSON.stringify(list)), undefined)
    }),
    { numRuns: 2_000 },
  )
  for (const text of ['', '{"metadata":{"continue":},"items":[]}', '<html>'])
    assert.equal(findListMetadata(text), undefined)
})
