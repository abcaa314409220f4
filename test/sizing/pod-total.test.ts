// Total requests of a Pod, as the scheduler counts them.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Part, podTotal } from '../../src/sizing/pod-total.ts'

type Kinds = [kind: Part['kind'], request?: bigint][]

describe('a Pod asks for', () => {
  const cases: [what: string, parts: Kinds, expected: bigint | undefined][] = [
    ['nothing where no container asks', [['init'], ['container'], ['sidecar']], undefined],
    ['all of its containers together', [['container', 3n], ['container', 4n], ['container']], 7n],
    [
      'its sidecars as well',
      [
        ['sidecar', 2n],
        ['container', 3n],
      ],
      5n,
    ],
    [
      'an init container where that is more than all that runs later',
      [
        ['init', 9n],
        ['container', 3n],
      ],
      9n,
    ],
    [
      'what runs later where that is more than any init container',
      [
        ['init', 6n],
        ['init', 5n],
        ['container', 7n],
      ],
      7n,
    ],
    ['an init container where nothing else asks', [['init', 4n], ['container']], 4n],
    ['nothing at all as 0 where an init container asks for 0', [['init', 0n]], 0n],
    [
      'an init container with the sidecars that start before it',
      [
        ['sidecar', 1n],
        ['sidecar', 2n],
        ['init', 9n],
        ['sidecar', 4n],
        ['container', 3n],
      ],
      12n,
    ],
  ]
  for (const [what, parts, expected] of cases) {
    test(what, () => {
      const each = (field: 'request' | 'limit') =>
        podTotal(parts.map(([kind, amount]) => ({ kind, ...(amount !== undefined && { [field]: amount }) })))
      assert.deepEqual(each('request'), { request: expected, limit: undefined })
      assert.deepEqual(each('limit'), { request: undefined, limit: expected })
    })
  }
})
