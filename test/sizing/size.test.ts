// One resource of one container: limits policy, what the program needs, and the ranges, in milli-CPUs.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LimitPolicy } from '../../src/api/index.ts'
import type { RuntimeNeed } from '../../src/sizing/runtime.ts'
import { size } from '../../src/sizing/size.ts'

const MILLI = 1_000_000n

/** Request and limit, in milli-CPUs. */
type Pair = [request?: number, limit?: number]

interface Given {
  readonly policy?: LimitPolicy
  readonly guaranteed?: true
  readonly floor?: number
  readonly follows?: RuntimeNeed['follows']
  /** Multiple of the request. */
  readonly maxRatio?: number
  /** Ranges of requests and limits. */
  readonly request?: [min: number, max: number]
  readonly limit?: [min: number, max: number]
}

const nanos = (milli: number) => BigInt(Math.round(milli * 1e6))
const optional = (milli: number | undefined) => (milli === undefined ? undefined : nanos(milli))
const range = ([min, max]: [number, number], what: string) => ({
  min: { value: nanos(min), because: `RaisedTo${what}` as never },
  max: { value: nanos(max), because: `CappedAt${what}` as never },
})

/** `request/limit` and the reasons. */
function sized(author: Pair, [request, limit]: Pair, given: Given = {}): string {
  const { values, reasons } = size(
    'cpu',
    { request: optional(author[0]), limit: optional(author[1]) },
    { request: nanos(request!), limit: optional(limit) },
    {
      ranges: { request: range(given.request ?? [1, 9000], 'R'), limit: range(given.limit ?? [1, 9000], 'L') },
      limit: given.policy ?? 'headroom',
      guaranteed: given.guaranteed ?? false,
      runtime: { floor: optional(given.floor), follows: given.follows },
      maxRatio: given.maxRatio === undefined ? undefined : nanos(given.maxRatio * 1000),
    },
  )
  const say = (value: bigint | undefined) => (value === undefined ? '-' : Number(value) / Number(MILLI))
  return [values ? `${say(values.request)}/${say(values.limit)}` : 'as written', ...reasons].join(' ')
}

function sizes(cases: [what: string, author: Pair, learned: Pair, given: Given, expected: string][]) {
  for (const [what, author, learned, given, expected] of cases)
    test(what, () => assert.equal(sized(author, learned, given), expected))
}

describe('a limit', () => {
  sizes([
    ['is what was learned', [100, 900], [200, 400], {}, '200/400'],
    ['is the request where nothing else was learned', [100, 900], [200], {}, '200/200'],
    ['is no less than the request', [100, 900], [200, 150], {}, '200/200'],
    ['holds what the program is told to use', [100, 900], [200, 400], { floor: 500 }, '200/500 RaisedToHeap'],
    ['may be exactly that', [100, 900], [200, 400], { floor: 500, limit: [1, 500] }, '200/500 RaisedToHeap'],
    [
      'is left alone where that is not allowed',
      [1, 900],
      [2, 4],
      { floor: 500, limit: [1, 499] },
      'as written BoundsConflict',
    ],
    ['grows as the request does', [100, 200], [300], { policy: 'ratio' }, '300/600'],
    ['has no ratio to keep where its author has no request', [0, 200], [100], { policy: 'ratio' }, '100/200'],
    ['that its author wrote is held by no bound', [100, 900], [200], { policy: 'keep', limit: [1, 500] }, '200/900'],
    ['of 0 is its author’s word', [0, 0], [200, 400], {}, 'as written AuthorLimitZero'],
  ])
})

describe('a request above the limit', () => {
  const keep = { policy: 'keep' } as const
  sizes([
    ['becomes the limit', [100, 500], [900], keep, '500/500 CappedByLimit'],
    ['becomes the limit on a whole grain', [100, 500.5], [900], keep, '500/500.5 CappedByLimit'],
    ['stays as written where only that is as much', [500.5, 500.5], [900], keep, '500.5/500.5 CappedByLimit'],
    ['stays as written between two grains', [500.2, 500.5], [900], keep, '500.2/500.5 CappedByLimit'],
    [
      'is no more than what is allowed',
      [500.2, 500.3],
      [900],
      { ...keep, request: [1, 501] },
      '500.2/500.3 CappedAtR CappedByLimit',
    ],
    ['may be the least that is allowed', [100, 500], [900], { ...keep, request: [500, 9000] }, '500/500 CappedByLimit'],
    [
      'is left alone where more is needed',
      [100, 500],
      [900],
      { ...keep, request: [501, 9000] },
      'as written BoundsConflict',
    ],
    [
      'may be the least that the heap takes',
      [500, 500],
      [900],
      { ...keep, follows: 'request' },
      '500/500 CappedByLimit',
    ],
    [
      'is left alone where the heap takes more',
      [600, 700],
      [200, 400],
      { follows: 'request', limit: [1, 500] },
      'as written BoundsConflict',
    ],
  ])
})

describe('the ratio of a LimitRange', () => {
  sizes([
    ['raises a request', [100, 900], [100, 800], { maxRatio: 4 }, '200/800 RaisedForLimitRangeRatio'],
    ['leaves one that is within it', [100, 900], [200, 800], { maxRatio: 4 }, '200/800'],
    ['raises one up to its limit', [100, 900], [100, 800], { maxRatio: 1 }, '800/800 RaisedForLimitRangeRatio'],
    [
      'raises one up to what is allowed',
      [1, 900],
      [100, 800],
      { maxRatio: 4, request: [1, 200] },
      '200/800 RaisedForLimitRangeRatio',
    ],
    [
      'leaves all alone where that is not enough',
      [1, 900],
      [100, 800],
      { maxRatio: 4, request: [1, 199] },
      'as written BoundsConflict',
    ],
    ['leaves all alone that nothing can keep', [1, 900], [100, 800], { maxRatio: 0.5 }, 'as written BoundsConflict'],
    [
      'comes after the other reasons',
      [1, 900],
      [1, 9999],
      { maxRatio: 90, limit: [1, 900] },
      '10/900 CappedAtL RaisedForLimitRangeRatio',
    ],
  ])
})

describe('the allowed range', () => {
  sizes([
    [
      'is taken in whole grains',
      [100, 900],
      [1, 9999],
      { request: [5.5, 8000], limit: [1, 800.5] },
      '6/800 RaisedToR CappedAtL',
    ],
    [
      'holds nothing back that is exactly there',
      [100, 900],
      [200, 400],
      { request: [200, 200], limit: [400, 400] },
      '200/400',
    ],
    ['may be nothing, for a request', [100, 900], [200, 400], { request: [5.2, 5.8] }, 'as written BoundsConflict'],
    ['may be nothing, for a limit', [100, 900], [200, 400], { limit: [5.2, 5.8] }, 'as written BoundsConflict'],
  ])
})

describe('a Guaranteed Pod', () => {
  const guaranteed = true
  const both = 'LimitFollowsRequest'
  sizes([
    ['asks for the peak', [500, 500], [100, 300], { guaranteed }, `300/300 ${both}`],
    ['asks for the request where that is more', [500, 500], [400, 300], { guaranteed }, `400/400 ${both}`],
    [
      'is left alone where limits are kept',
      [500, 500],
      [1, 3],
      { guaranteed, policy: 'keep' },
      'as written QosClassKept',
    ],
    [
      'holds what the program is told to use',
      [500, 500],
      [100, 300],
      { guaranteed, floor: 350.5 },
      `351/351 RaisedToHeap ${both}`,
    ],
    ['needs no more for that', [500, 500], [100, 300], { guaranteed, floor: 300 }, `300/300 ${both}`],
    [
      'holds of it what its author gave',
      [500.5, 500.5],
      [100, 300],
      { guaranteed, floor: 900 },
      `500.5/500.5 RaisedToHeap ${both}`,
    ],
    [
      'stays at least where the heap follows',
      [500, 500],
      [100, 300],
      { guaranteed, follows: 'limit' },
      `500/500 HeldForHeap ${both}`,
    ],
    ['grows where the heap follows', [500, 500], [100, 600], { guaranteed, follows: 'limit' }, `600/600 ${both}`],
    ['has learned what it has', [500, 500], [100, 500], { guaranteed, follows: 'limit' }, `500/500 ${both}`],
    [
      'is held by the narrowest of all ends',
      [500, 500],
      [1, 1],
      { guaranteed, request: [7, 90], limit: [5, 80] },
      `7/7 RaisedToR ${both}`,
    ],
    [
      'and those of limits',
      [500, 500],
      [1, 1],
      { guaranteed, request: [5, 90], limit: [7, 80] },
      `7/7 RaisedToL ${both}`,
    ],
    [
      'from above as well',
      [500, 500],
      [99, 99],
      { guaranteed, request: [5, 80], limit: [7, 90] },
      `80/80 CappedAtR ${both}`,
    ],
    [
      'and by limits',
      [500, 500],
      [99, 99],
      { guaranteed, request: [5, 90], limit: [7, 80] },
      `80/80 CappedAtL ${both}`,
    ],
    [
      'names the end of requests where both are the same',
      [500, 500],
      [1, 1],
      { guaranteed, request: [7, 9], limit: [7, 9] },
      `7/7 RaisedToR ${both}`,
    ],
    [
      'and so from above',
      [500, 500],
      [99, 99],
      { guaranteed, request: [7, 9], limit: [7, 9] },
      `9/9 CappedAtR ${both}`,
    ],
    [
      'is left alone where the ends do not meet',
      [500, 500],
      [1, 1],
      { guaranteed, request: [7, 8], limit: [9, 10] },
      'as written BoundsConflict',
    ],
    [
      'is left alone where what it needs is not allowed',
      [500, 500],
      [1, 1],
      { guaranteed, floor: 300, limit: [1, 299] },
      'as written BoundsConflict',
    ],
    [
      'may be given exactly what it needs',
      [500, 500],
      [1, 1],
      { guaranteed, floor: 300, limit: [1, 300] },
      `300/300 RaisedToHeap ${both}`,
    ],
  ])
})

describe('whole CPUs of a Guaranteed Pod', () => {
  const guaranteed = true
  sizes([
    ['stay whole', [4000, 4000], [100, 1200], { guaranteed }, '2000/2000 LimitFollowsRequest WholeCpuKept'],
    ['need nothing where nothing changes', [2000, 2000], [100, 1200], { guaranteed }, '2000/2000 LimitFollowsRequest'],
    ['are what was learned', [4000, 4000], [100, 3000], { guaranteed }, '3000/3000 LimitFollowsRequest WholeCpuKept'],
    [
      'are allowed as whole ones',
      [4000, 4000],
      [1, 7000],
      { guaranteed, limit: [1500, 3500] },
      '3000/3000 CappedAtL LimitFollowsRequest WholeCpuKept',
    ],
    [
      'hold what the program is told to use',
      [4000, 4000],
      [1, 1],
      { guaranteed, floor: 1500 },
      '2000/2000 RaisedToHeap LimitFollowsRequest WholeCpuKept',
    ],
    ['are only for Guaranteed Pods', [1000, 4000], [100, 1200], {}, '100/1200'],
  ])
})
