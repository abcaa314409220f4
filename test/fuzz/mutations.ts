// Changes of JSON values and of bytes, as data: fast-check makes them smaller.
import fc from 'fast-check'
import { formatQuantity, isObject } from '../../src/resources/index.ts'
import { nanos } from '../support/arbitraries.ts'

/** Most places of a value among which a change chooses. */
const MAX_PLACES = 5_000
/** Most bytes of a body, as the webhook takes. */
const MAX_BYTES = 4 * 1024 * 1024
/** Largest value, as JSON, that one change makes: several together stay in the range of what an API server sends. */
const MAX_GROWTH = 512 * 1024
/** Fields of Kubernetes objects with amounts. */
const AMOUNTS =
  /^(requests|limits|hard|used|min|max|default|defaultRequest|maxLimitRequestRatio|overhead|allocatable|allocatedResources|cpu|memory)$/

type Action =
  | { readonly do: 'set'; readonly value: unknown }
  | { readonly do: 'amount'; readonly value: string | number }
  | { readonly do: 'remove' }
  | { readonly do: 'rename'; readonly name: string }
  | { readonly do: 'add'; readonly name: string; readonly value: unknown }
  | { readonly do: 'repeat'; readonly times: number }
  | { readonly do: 'copy'; readonly from: number }
  | { readonly do: 'nest'; readonly levels: number; readonly inLists: boolean }

/** A change of one place of a JSON value; `at` chooses the place. */
export type Mutation = Action & { readonly at: number }

const amounts = fc.oneof(
  nanos('cpu').map((value) => formatQuantity('cpu', value)),
  nanos('memory').map((value) => formatQuantity('memory', value)),
  fc.constantFrom<string | number>(
    ...['0', '1', '1m', '1Gi', '0.1', '.5', '5.', '1e3', '1e-3', '1E', '16Ei', '1n', '0.0000000001', '1e999', '1e-999'],
    ...['9223372036854775807', '-1', '-0', '+1', '007', '', '.', 'm', 'lots', '1 Gi', '0x10', '1'.repeat(5_000)],
    ...[0, 1, -1, 1.5, 1e21, 1e300, 2 ** 53],
  ),
)

const names = fc.constantFrom(
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', '', 'cpu', 'memory', 'app', 'a/b~c~0~1'],
  ...['\ud800', '../..', 'n'.repeat(300), 'plimsoll.dev/workload', 'plimsoll.dev/decision', 'plimsoll.dev/max-cpu.app'],
  ...['resources', 'restartPolicy', 'held', 'canary', 'claims', 'initContainers', 'items', 'toJSON', 'then'],
)

const values = fc.oneof(
  names,
  fc.constantFrom<unknown>(
    ...[null, true, false, 0, -1, 1e308, 2 ** 31, [], {}, [null], [[]], [{}], { cpu: null }, 'x'.repeat(100_000)],
    ...[
      'Always',
      'A_b',
      'Guaranteed',
      'StatefulSet',
      'Deployment',
      'In',
      'false',
      'NaN',
      '*',
      '\udc00',
      '-Xmx1g',
      '{"a":',
    ],
    ...['2026-01-02T03:04:05Z', '0000-00-00T00:00:00Z', '+275760-09-13T00:00:00.001Z', '2026-01-02T03:04:05+14:00'],
    JSON.parse('{"__proto__":{"cpu":"1"},"constructor":{"prototype":{}}}'),
  ),
  amounts,
  fc.jsonValue({ maxDepth: 2 }),
)

const actions = fc.oneof<fc.WeightedArbitrary<Action>[]>(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('amount'), value: amounts }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('set'), value: values }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('remove') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rename'), name: names }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('add'), name: names, value: values }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('copy'), from: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('repeat'), times: fc.constantFrom(1, 2, 64, 129, 1_000, 8_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('nest'), levels: fc.constantFrom(1, 3, 200, 1_000), inLists: fc.boolean() }),
  },
)

/** Up to so many changes of a value, most often few. */
export function mutations(most: number): fc.Arbitrary<Mutation[]> {
  const one = fc.tuple(fc.nat(), actions).map(([at, action]): Mutation => ({ ...action, at }))
  return fc.array(one, { maxLength: most })
}

type Holder = Record<string, unknown> | unknown[]
interface Place {
  readonly holder: Holder
  readonly key: string
  /** Whether the value at this place is an amount, or would be one. */
  readonly isAmount: boolean
}

/** Applies changes to a JSON value in place; one that finds no place to apply to does nothing. */
export function mutate(value: Holder, changes: readonly Mutation[]): void {
  for (const change of changes) {
    const all = placesIn(value)
    const fit = all.filter((place) => fits(change, place))
    if (fit.length > 0) apply(change, fit[change.at % fit.length]!, all)
  }
}

function placesIn(root: Holder): Place[] {
  const places: Place[] = []
  const open: { holder: Holder; name: string }[] = [{ holder: root, name: '' }]
  for (let next = open.pop(); next && places.length < MAX_PLACES; next = open.pop()) {
    const { holder, name } = next
    // Of a list that was made long, the ends.
    const keys = Object.keys(holder)
    for (const key of keys.length > 100 ? [...keys.slice(0, 3), ...keys.slice(-3)] : keys) {
      const value = ownValue(holder, key)
      const isLeaf = typeof value !== 'object' || value === null
      places.push({ holder, key, isAmount: isLeaf && AMOUNTS.test(name) })
      if (!isLeaf) open.push({ holder: value as Holder, name: key })
    }
  }
  return places
}

function fits(change: Mutation, { holder, key, isAmount }: Place): boolean {
  if (change.do === 'amount') return isAmount
  if (change.do === 'add') return isObject(ownValue(holder, key))
  if (change.do === 'repeat') return Array.isArray(holder)
  return change.do !== 'rename' || !Array.isArray(holder)
}

function apply(change: Mutation, { holder, key }: Place, all: readonly Place[]): void {
  const value = ownValue(holder, key)
  if (change.do === 'set' || change.do === 'amount') setOwn(holder, key, structuredClone(change.value))
  else if (change.do === 'add') setOwn(value as Holder, change.name, structuredClone(change.value))
  else if (change.do === 'nest') setOwn(holder, key, nested(value, change))
  else if (change.do === 'repeat') {
    const length = Math.min(change.times, Math.floor(MAX_GROWTH / sizeOf(value)))
    for (let i = 0; i < length; i++) (holder as unknown[]).push(named(value, i))
  } else if (change.do === 'copy') {
    const from = all[change.from % all.length]!
    const copied = ownValue(from.holder, from.key)
    if (sizeOf(copied) <= MAX_GROWTH) setOwn(holder, key, structuredClone(copied))
  } else {
    if (Array.isArray(holder)) holder.splice(Number(key), 1)
    else delete holder[key]
    if (change.do === 'rename') setOwn(holder, change.name, value)
  }
}

function nested(value: unknown, { levels, inLists }: { readonly levels: number; readonly inLists: boolean }): unknown {
  let result = value
  for (let i = 0; i < levels; i++) result = inLists ? [result] : { x: result }
  return result
}

function sizeOf(value: unknown): number {
  return (JSON.stringify(value) ?? '').length + 1
}

/** A copy of an item; one with a name gets another name, as lists of named items must have it. */
function named(item: unknown, index: number): unknown {
  // Not the same object again: the next change would change all of them.
  const copy = structuredClone(item)
  if (!isObject(copy)) return copy
  // Some copies keep the name, and that must be survived as well.
  if (typeof copy.name === 'string' && index % 64 !== 1) copy.name = `${copy.name}-${index}`
  return copy
}

function ownValue(holder: Holder, key: string): unknown {
  return Object.getOwnPropertyDescriptor(holder, key)?.value
}

/** Sets a field as `JSON.parse` does, also one that is called `__proto__`. */
function setOwn(holder: Holder, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true })
}

/** A change of bytes; `at` chooses where. */
export type Damage =
  | { readonly do: 'cut'; readonly at: number }
  | { readonly do: 'flip'; readonly at: number; readonly byte: number }
  | { readonly do: 'insert'; readonly at: number; readonly text: string }
  | { readonly do: 'repeat'; readonly at: number; readonly bytes: number; readonly times: number }

const fragments = fc.constantFrom(
  ...['[', ']', '{"x":', '}', '"', '\\', ',', ':', '\\ud800', '\u0000', '1e999', '-', 'null', '\ufeff', '"__proto__":'],
)

const damage = fc.oneof<fc.WeightedArbitrary<Damage>[]>(
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut'), at: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('flip'), at: fc.nat(), byte: fc.nat(255) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('insert'), at: fc.nat(), text: fragments }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('repeat'),
      ...{ at: fc.nat(), bytes: fc.integer({ min: 1, max: 64 }), times: fc.constantFrom(1, 10, 1_000, 200_000) },
    }),
  },
)

/** Changes of bytes: in most cases none. */
export const damages: fc.Arbitrary<Damage[]> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Damage[]>([]) },
  { weight: 1, arbitrary: fc.array(damage, { minLength: 1, maxLength: 3 }) },
)

/** A copy of the bytes with the changes, at most as large as a body may be. */
export function damaged(bytes: Buffer, changes: readonly Damage[]): Buffer {
  let result = bytes
  for (const change of changes) {
    const at = change.at % (result.length + 1)
    const [before, after] = [result.subarray(0, at), result.subarray(at)]
    if (change.do === 'cut') result = before
    else if (change.do === 'flip') result = Buffer.concat([before, Buffer.from([change.byte]), after.subarray(1)])
    else if (change.do === 'insert') result = Buffer.concat([before, Buffer.from(change.text), after])
    else if (after.length > 0) {
      const bytes = Math.max(0, Math.min(MAX_BYTES - result.length, change.bytes * change.times))
      result = Buffer.concat([before, Buffer.alloc(bytes, after.subarray(0, change.bytes)), after])
    }
  }
  return result
}
