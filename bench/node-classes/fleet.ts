import { secondsOf } from '../../src/api/index.ts'
import type { UsageSample } from '../../src/history/index.ts'
import { type ClassedNode, createLearner, GOAL_PRICES, NodeClasses, type Proposal } from '../../src/learner/index.ts'
import { parseQuantity, toNumber } from '../../src/resources/index.ts'
import { type Seeded, seeded } from '../seeded.ts'

const DAY_SECONDS = secondsOf('24h')
/** Ten minutes, so that a simulated fortnight takes seconds. */
const STEP_SECONDS = 600
const START_SECONDS = 1_700_006_400
const CONTAINER = { workload: { namespace: 'monitoring', kind: 'DaemonSet', name: 'agent' }, container: 'agent' }

/** Sizes of nodes: share of the fleet, cores, and Pods that run there on average. */
const SIZES = [
  { share: 0.6, cores: 4, pods: 15 },
  { share: 0.3, cores: 16, pods: 60 },
  { share: 0.1, cores: 64, pods: 240 },
] as const
const MIDDLE_PODS = 60
/** Demand on a node of the middle size. */
const MIDDLE = { cpuCores: 0.3, memoryBytes: 600 * 2 ** 20 }
const NOISE = 0.2

export interface SimulatedFleet {
  readonly nodes: number
  readonly days: number
  /** Days before anything is judged. */
  readonly learnsDays: number
  /** Whether demand follows the Pods of a node: a third of that on the middle size is fixed. Otherwise it is the same on all nodes. */
  readonly followsNode: boolean
  /** How much nodes differ for no reason that can be seen: the standard deviation of a factor of each node. */
  readonly unexplained: number
  readonly seed: number
}

interface SimulatedNode extends ClassedNode {
  /** Demand, of that on the middle size. */
  readonly load: number
}

/** Result of one way of sizing, summed over nodes and time. */
export interface Sized {
  reservedCores: number
  reservedBytes: number
  /** Core-steps used above the request. */
  shortCores: number
  /** Byte-steps used above the request. */
  shortBytes: number
  /** Node-days whose memory peak was above the limit. */
  oomDays: number
  /** Keys of the values of the last day. */
  readonly keys: Set<string>
}

/** Plays a DaemonSet in a fleet, sized once for all nodes and once by class of node. */
export function playFleet(fleet: SimulatedFleet): { readonly oneSize: Sized; readonly byClass: Sized } {
  const chance = seeded(fleet.seed)
  const nodes = makeNodes(fleet, chance)
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const plain = createLearner()
  const learner = createLearner()
  const classes = new NodeClasses({ learner, nodeOf: (_, pod) => byName.get(pod) })
  const [oneSize, byClass] = [nothing(), nothing()]
  const terms = { prices: GOAL_PRICES.balanced, cadence: '24h' } as const
  for (let day = 0; day < fleet.days; day++) {
    const from = START_SECONDS + day * DAY_SECONDS
    const isUsed = classes.decide(CONTAINER.workload, terms.prices, [])
    const all = learner.decide(CONTAINER.workload, from, terms)
    const variants = { ...all, containers: all.containers.filter(({ name }) => isUsed(name)) }
    const common = plain.decide(CONTAINER.workload, from, terms)
    const samples = samplesOfDay(nodes, from, chance)
    if (day >= fleet.learnsDays) {
      judge(oneSize, common, byName, samples)
      judge(byClass, variants, byName, samples)
    }
    plain.observe(samples)
    classes.observe(samples)
  }
  return { oneSize, byClass }
}

function nothing(): Sized {
  return { reservedCores: 0, reservedBytes: 0, shortCores: 0, shortBytes: 0, oomDays: 0, keys: new Set() }
}

function makeNodes({ nodes, followsNode, unexplained }: SimulatedFleet, chance: Seeded): SimulatedNode[] {
  const loadOf = (pods: number) =>
    followsNode ? 1 / 3 + (2 / 3) * ((pods * chance.between(0.8, 1.2)) / MIDDLE_PODS) : 1
  return SIZES.flatMap(({ share, cores, pods }, size) =>
    Array.from({ length: Math.round(share * nodes) }, (_, i) => ({
      name: `node-${size}-${i}`,
      classes: [`cpu=${cores}`, `pods=${pods}`, `zone=${'abc'[i % 3]}`, `pool=${Math.floor(chance.between(0, 12))}`],
      load: loadOf(pods) * Math.max(0.2, 1 + unexplained * chance.normal()),
    })),
  )
}

function samplesOfDay(nodes: readonly SimulatedNode[], from: number, chance: Seeded): UsageSample[] {
  const samples: UsageSample[] = []
  for (let at = from; at < from + DAY_SECONDS; at += STEP_SECONDS) {
    for (const { name, load } of nodes) {
      const noisy = () => load * Math.max(0.1, 1 + NOISE * chance.normal())
      samples.push({
        ...{ container: CONTAINER, pod: name, timestampSeconds: at },
        ...{ cpuCores: MIDDLE.cpuCores * noisy(), memoryBytes: MIDDLE.memoryBytes * noisy() },
      })
    }
  }
  return samples
}

/** Each node gets the values of its class, and those of no class where there are none: at least as much as every class. */
function judge(
  sized: Sized,
  { containers }: Proposal,
  nodes: ReadonlyMap<string, SimulatedNode>,
  samples: readonly UsageSample[],
): void {
  const values = new Map(
    containers.map(({ name, cpu, memory }) => [
      name,
      { cores: number(cpu?.request), bytes: number(memory?.request), limit: number(memory?.limit) },
    ]),
  )
  sized.keys.clear()
  for (const key of values.keys()) sized.keys.add(key)
  const highest = (of: 'cores' | 'bytes' | 'limit') => Math.max(...Array.from(values.values(), (one) => one[of]))
  const others = { cores: highest('cores'), bytes: highest('bytes'), limit: highest('limit') }
  const killed = new Set<string>()
  for (const { pod, cpuCores, memoryBytes } of samples) {
    const { classes } = nodes.get(pod)!
    const own = classes.map((nodes) => values.get(`${CONTAINER.container}@${nodes}`)).find((one) => one !== undefined)
    const { cores, bytes, limit } = own ?? others
    sized.reservedCores += cores
    sized.reservedBytes += bytes
    sized.shortCores += Math.max(0, cpuCores - cores)
    sized.shortBytes += Math.max(0, memoryBytes - bytes)
    if (memoryBytes > limit) killed.add(pod)
  }
  sized.oomDays += killed.size
}

function number(quantity: string | undefined): number {
  const value = parseQuantity(quantity)
  return value === undefined ? Number.NaN : toNumber(value)
}
