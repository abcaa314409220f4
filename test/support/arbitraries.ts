// Generated Pods, recommendations and policies for property tests.
import fc from 'fast-check'
import type { LimitPolicy } from '../../src/api/index.ts'
import {
  type HeapConsents,
  type Pod,
  type Policy,
  type ResourceBounds,
  readContainers,
} from '../../src/policy/index.ts'
import { formatQuantity, type Nanos, type ResourceName } from '../../src/resources/index.ts'
import type { AppliedValues, Target } from '../../src/sizing/index.ts'
import { containerAmounts, type LimitRangeSpec, podAmounts, quotaCharges } from './api-server-checks.ts'

/** Cases per property: few in `npm test`, many in `.ci/run`. */
export function runs(usual: number): number {
  const factor = Number(process.env.PLIMSOLL_PROPERTY_FACTOR ?? 1)
  return Math.max(1, Math.round(usual * factor))
}

const MILLI = 1_000_000n
const UNIT = 1_000_000_000n

/** Values of a resource, in nano-units. Made once: making an arbitrary takes longer than drawing from it. */
const NANOS: Readonly<Record<ResourceName, fc.Arbitrary<Nanos>>> = {
  cpu: fc.oneof(
    fc.bigInt(1n, 400n).map((n) => n * 25n * MILLI),
    fc.bigInt(1n, 64n).map((n) => n * UNIT),
    fc.bigInt(1n, 100_000n).map((n) => n * MILLI),
    fc.bigInt(1n, 5_000_000n).map((n) => n * 1000n),
  ),
  memory: fc.oneof(
    fc.bigInt(1n, 8192n).map((n) => n * UNIT * 1024n ** 2n),
    fc.bigInt(1n, 64n).map((n) => n * UNIT * 1024n ** 3n),
    fc.bigInt(1n, 4000n).map((n) => n * UNIT * 1_000_000n),
    fc.bigInt(1n, 10n ** 11n).map((n) => n * UNIT),
  ),
}

/** One value of a resource, in nano-units, on grains that authors use and on some that they do not. */
export function nanos(resource: ResourceName): fc.Arbitrary<Nanos> {
  return NANOS[resource]
}

/** Every legal spelling that stands for exactly this value, the canonical one first. */
export function spellings(resource: ResourceName, value: Nanos): string[] {
  return waysToSpell(resource, value).map((spell) => spell(value))
}

type Spell = (value: Nanos) => string

/** The decimal and binary suffixes, and exponents: each with its size and the spellings that it makes possible. */
const SUFFIXES = (
  [
    ['n', 1n],
    ['u', 1000n],
    ['m', MILLI],
    ['', UNIT],
    ['e0', UNIT],
    ['E3', UNIT * 1000n],
    ['e-3', MILLI],
    ['k', UNIT * 1000n],
    ['M', UNIT * 10n ** 6n],
    ['G', UNIT * 10n ** 9n],
    ['Ki', UNIT * 1024n],
    ['Mi', UNIT * 1024n ** 2n],
    ['Gi', UNIT * 1024n ** 3n],
  ] as const
).map(([suffix, size]) => {
  const whole: Spell[] = [
    (value) => `${value / size}${suffix}`,
    (value) => `+${value / size}${suffix}`,
    (value) => `${value / size}.0${suffix}`,
    (value) => `0${value / size}.${suffix}`,
  ]
  const thousandths: Spell = (value) => {
    const all = (value * 1000n) / size
    return `${all / 1000n}.${String(all % 1000n).padStart(3, '0')}${suffix}`
  }
  return { size, whole, thousandths }
})

/** How the value can be spelled. No text is made yet: properties take one of some thirty, hundreds of thousands of times. */
function waysToSpell(resource: ResourceName, value: Nanos): Spell[] {
  const ways: Spell[] = [(value) => formatQuantity(resource, value)]
  for (const { size, whole, thousandths } of SUFFIXES) {
    const rest = value % size
    if (rest === 0n) ways.push(...whole)
    if ((rest * 1000n) % size === 0n && (value * 1000n) / size < 10n ** 12n) ways.push(thousandths)
  }
  return ways
}

function spelled(resource: ResourceName, value: Nanos): fc.Arbitrary<string | number> {
  const ways: ((value: Nanos) => string | number)[] = waysToSpell(resource, value)
  if (value % UNIT === 0n && value / UNIT < 10n ** 12n) ways.push((value) => Number(value / UNIT))
  return fc.nat(ways.length - 1).map((way) => ways[way]!(value))
}

interface Values {
  request?: string | number | null
  limit?: string | number | null
}

/** What an author writes for one resource: nothing, either, both, equal, and now and then nonsense. */
function authored(resource: ResourceName): fc.Arbitrary<Values> {
  const value = nanos(resource).chain((n) => spelled(resource, n))
  const ordered = fc
    .tuple(nanos(resource), nanos(resource))
    .map(([a, b]) => (a < b ? { low: a, high: b } : { low: b, high: a }))
    .chain(({ low, high }) => fc.record({ request: spelled(resource, low), limit: spelled(resource, high) }))
  const equal = nanos(resource).chain((n) => fc.record({ request: spelled(resource, n), limit: spelled(resource, n) }))
  const odd = fc.constantFrom<string | number | null>('0', '', 'lots', '1e400', '-5', '1 Gi', null, 0)
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant<Values>({}) },
    { weight: 3, arbitrary: fc.record<Values>({ request: value }) },
    { weight: 2, arbitrary: value.map((v): Values => ({ request: v, limit: v })) },
    { weight: 4, arbitrary: ordered },
    { weight: 4, arbitrary: equal },
    { weight: 1, arbitrary: fc.record<Values>({ request: odd }) },
    { weight: 1, arbitrary: fc.record<Values>({ request: value, limit: odd }) },
  )
}

function resourcesField(
  cpu: Values,
  memory: Values,
  style: 'lean' | 'empty' | 'null' | 'absent',
): Record<string, unknown> {
  const requests: Record<string, unknown> = {}
  const limits: Record<string, unknown> = {}
  for (const [resource, { request, limit }] of Object.entries({ cpu, memory })) {
    if (request !== undefined) requests[resource] = request
    if (limit !== undefined) limits[resource] = limit
  }
  if (Object.keys(requests).length + Object.keys(limits).length === 0 && style === 'absent') return {}
  const blank = style === 'null' ? null : undefined
  const field = (values: Record<string, unknown>) =>
    Object.keys(values).length > 0 || style === 'empty' ? values : blank
  return { resources: prune({ requests: field(requests), limits: field(limits) }) }
}

function prune(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}

const NAMES = ['app', 'envoy', 'log-agent', 'init-db', 'cache', 'worker'] as const

const containerFields: fc.Arbitrary<Record<string, unknown>> = fc
  .record({
    cpu: authored('cpu'),
    memory: authored('memory'),
    style: fc.constantFrom('lean', 'empty', 'null', 'absent' as const),
    extended: fc.boolean(),
  })
  .map(({ cpu, memory, style, extended }) => {
    const fields = resourcesField(cpu, memory, style)
    const resources = fields.resources as { limits?: Record<string, unknown> } | undefined
    if (extended && resources?.limits) resources.limits['ephemeral-storage'] = '1Gi'
    return fields
  })

const JVM = { env: [{ name: 'JAVA_TOOL_OPTIONS', value: '-XX:MaxRAMPercentage=75' }] }

/** What a program is told of memory, and what a resize is to do with it. Most containers say nothing. */
const programFields = fc
  .constantFrom<Record<string, unknown>>(
    ...[{}, {}, {}, JVM, { ...JVM, resizePolicy: [] }],
    { env: null },
    { env: [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=200' }] },
    { env: [{ name: 'LOG', value: 'info' }] },
    { envFrom: [{ secretRef: { name: 'settings' } }] },
    {
      ...JVM,
      resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }],
    },
  )
  // Each container has separate lists, which a patch may extend.
  .map((fields) => structuredClone(fields))

const container = (name: string): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .tuple(containerFields, programFields)
    .map(([fields, program]) => ({ name, image: `registry.example/${name}:1`, ...fields, ...program }))

/** A Pod that kube-apiserver might hand over, and some that it never would. */
export const pods: fc.Arbitrary<Pod> = fc
  .record({
    containers: fc
      .subarray([...NAMES], { minLength: 1, maxLength: 4 })
      .chain((names) => fc.tuple(...names.map(container))),
    inits: fc
      .array(fc.boolean(), { maxLength: 2 })
      .chain((always) =>
        fc.tuple(
          ...always.map((restarts, i) =>
            container(`init-${i}`).map((c) => (restarts ? { ...c, restartPolicy: 'Always' } : c)),
          ),
        ),
      ),
    annotations: fc.constantFrom<Record<string, string> | null | undefined>(
      undefined,
      null,
      {},
      { 'a/b~c': 'd' },
      { 'plimsoll.dev/ignore-containers': 'envoy, cache' },
      {
        'plimsoll.dev/min-cpu.app': '350m',
        'plimsoll.dev/min-memory.app': '3Gi',
        'plimsoll.dev/min-cpu.envoy': 'much',
        'plimsoll.dev/max-memory.envoy': '300Mi',
        'plimsoll.dev/max-cpu.app': '200m',
      },
      { 'plimsoll.dev/apply-running': 'inPlace' },
      { 'plimsoll.dev/decision': 'not json' },
      { 'plimsoll.dev/decision': '{"revision":1,"containers":{"app":{"cpu":{"request":["1","2"]}}}}' },
    ),
  })
  .map(({ containers, inits, annotations }) => ({
    metadata: { name: 'p', ...(annotations === undefined ? {} : { annotations }) },
    spec: { ...(inits.length > 0 ? { initContainers: inits } : {}), containers },
  })) as fc.Arbitrary<Pod>

const overheads = fc.option(fc.constant({ cpu: '250m', memory: '120Mi' }), { nil: undefined })

/** Pods whose quantities can all be read, some with an overhead. */
export const legiblePods: fc.Arbitrary<Pod> = fc
  .tuple(pods, overheads)
  .map(([pod, overhead]): Pod => (overhead ? { ...pod, spec: { ...pod.spec, overhead } } : pod))
  .filter((pod) =>
    readContainers(pod).every(({ carried: { cpu, memory } }) => cpu !== 'invalid' && memory !== 'invalid'),
  )

function target(resource: ResourceName): fc.Arbitrary<Target> {
  return fc
    .tuple(nanos(resource), fc.option(nanos(resource), { nil: undefined }))
    .map(([request, limit]) => ({ request, limit }))
}

const targets = fc
  .record({
    cpu: fc.option(target('cpu'), { nil: undefined }),
    memory: fc.option(target('memory'), { nil: undefined }),
  })
  .map(prune)

export const appliedValues: fc.Arbitrary<AppliedValues> = fc
  .record({
    revision: fc.integer({ min: 1, max: 1000 }),
    containers: fc
      .subarray([...NAMES, 'init-0', 'init-1', 'gone'])
      .chain((names) => fc.tuple(...names.map((name) => targets.map((values) => [name, values] as const)))),
  })
  .map(({ revision, containers }) => ({ revision, containers: new Map(containers) }))

function bounds(resource: ResourceName): fc.Arbitrary<ResourceBounds> {
  const pair = fc.tuple(nanos(resource), nanos(resource)).map(([a, b]): [Nanos, Nanos] => (a < b ? [a, b] : [b, a]))
  const perhaps = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 })
  const shares = fc.tuple(fc.constantFrom(0, 0.1, 0.5, 1), fc.constantFrom(1, 1.5, 3, 10))
  return fc
    .tuple(pair, perhaps(pair), perhaps(shares), perhaps(shares))
    .map(([[min, max], limits, share, limitShare]) =>
      prune({
        min,
        max,
        minLimit: limits?.[0],
        maxLimit: limits?.[1],
        minShare: share?.[0],
        maxShare: share?.[1],
        minLimitShare: limitShare?.[0],
        maxLimitShare: limitShare?.[1],
      }),
    ) as unknown as fc.Arbitrary<ResourceBounds>
}

const limitPolicy = fc.constantFrom<LimitPolicy>('keep', 'ratio', 'headroom', 'none')

/** A LimitRange as an object of the API, made tight around a Pod: a random one would let hardly any pass. */
export const limitRangeFor: fc.Arbitrary<(pod: Pod) => LimitRangeSpec[]> = fc
  .array(
    fc.record({
      type: fc.constantFrom('Container' as const, 'Pod' as const),
      resource: fc.constantFrom('cpu' as const, 'memory' as const),
      min: fc.option(fc.constantFrom(1n, 2n, 20n), { nil: undefined }),
      max: fc.option(fc.constantFrom(1n, 2n, 20n), { nil: undefined }),
      ratio: fc.option(fc.constantFrom(1n, 2n, 20n), { nil: undefined }),
    }),
    { maxLength: 3 },
  )
  .map((shapes) => (pod) => [{ limits: shapes.map((shape) => limitItem(pod, shape)) }])

interface LimitShape {
  readonly type: 'Container' | 'Pod'
  readonly resource: ResourceName
  /** What the Pod has least is so many times the minimum, and the rest alike. */
  readonly min?: bigint | undefined
  readonly max?: bigint | undefined
  readonly ratio?: bigint | undefined
}

function limitItem(pod: Pod, { type, resource, min, max, ratio }: LimitShape): LimitRangeSpec['limits'][number] {
  const amounts = type === 'Pod' ? [podAmounts(pod)] : containerAmounts(pod)
  const [requests, limits] = (['requests', 'limits'] as const).map((field) =>
    amounts.flatMap((amount) => amount[field].get(resource) ?? []),
  ) as [bigint[], bigint[]]
  const least = [...requests, ...limits].reduce<bigint>((a, b) => (a < b ? a : b), 10n ** 30n)
  const most = [...requests, ...limits].reduce<bigint>((a, b) => (a > b ? a : b), 0n)
  const steepest = amounts.map((amount) => {
    const [request, limit] = [amount.requests.get(resource) ?? 0n, amount.limits.get(resource) ?? 0n]
    return request === 0n ? 0n : (limit * 1000n + request - 1n) / request
  })
  const list = (value: bigint | undefined) =>
    value === undefined ? undefined : { [resource]: formatQuantity('cpu', value) }
  return prune({
    type,
    min: list(min && least / min),
    max: list(max && most * max),
    maxLimitRequestRatio: list(ratio && steepest.reduce((a, b) => (a > b ? a : b), 1000n) * ratio * MILLI),
  }) as unknown as LimitRangeSpec['limits'][number]
}

/** What a quota has left, by its names, made tight around what a Pod is charged. */
export const quotaFor: fc.Arbitrary<(pod: Pod) => Record<string, bigint>> = fc
  .array(
    fc.tuple(
      fc.constantFrom('requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'),
      fc.constantFrom(10n, 11n, 70n, 300n),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((shapes) => (pod) => {
    const charged = quotaCharges(pod)
    return Object.fromEntries(shapes.map(([name, tenths]) => [name, ((charged[name] ?? 10n ** 15n) * tenths) / 10n]))
  })

/** Consent to set the heaps of some containers. */
const heaps: fc.Arbitrary<HeapConsents | undefined> = fc.option(
  fc
    .dictionary(
      fc.constantFrom(...NAMES, 'init-0'),
      fc.record({
        runtime: fc.constantFrom('jvm' as const, 'node' as const, 'go' as const),
        percent: fc.integer({ min: 10, max: 90 }),
        policy: fc.constant('heaps'),
      }),
    )
    .map((consents) => new Map(Object.entries(consents))),
  { nil: undefined },
)

export const policies: fc.Arbitrary<Policy> = fc.record({
  bounds: fc.record({ cpu: bounds('cpu'), memory: bounds('memory') }),
  limits: fc.record({ cpu: limitPolicy, memory: limitPolicy }),
  sizeBestEffort: fc.boolean(),
  heaps,
  running: fc.constantFrom('never', 'inPlace', 'inPlaceOrRestart'),
})
