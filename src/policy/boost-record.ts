import { type Allotment, isObject, type Nanos, parseQuantity } from '../resources/index.ts'
import type { PodSlot } from './pod.ts'
import { carriesIntended, type DecisionRecord, isValidAllotment, type RecordedChange, recordChange } from './record.ts'

/** CPU of containers, by name: first the steady value, then the boosted one. */
export type RecordedBoost = Readonly<Record<string, RecordedChange>>

/** The two values between which resizes move a container. The record allows both, so these resizes need no write of the record. */
export interface Boost {
  readonly steady: Allotment
  readonly boosted: Allotment
  readonly isOn: boolean
}

/**
 * Boosts of the containers of a Pod, by name. A container with neither value of its boost has none, because somebody has changed it.
 *
 * @param slots containers of the Pod
 */
export function readBoosts(slots: readonly PodSlot[], record: DecisionRecord | undefined): ReadonlyMap<string, Boost> {
  const recorded = carriesIntended(record, slots) ? record?.intended?.boost : record?.boost
  if (!isObject(recorded)) return NONE
  const boosts = slots.flatMap(({ name, kind, carried: { cpu } }): [string, Boost][] => {
    const change = Object.hasOwn(recorded, name) ? recorded[name] : undefined
    if (cpu === 'invalid' || kind === 'init' || !isObject(change)) return []
    const boost = boostOf(cpu, change)
    return boost ? [[name, boost]] : []
  })
  return new Map(boosts)
}

/** The containers with their steady values: a boost is temporary, and nobody's decision about the container. */
export function withoutBoost(slots: readonly PodSlot[], record: DecisionRecord | undefined): readonly PodSlot[] {
  const boosts = readBoosts(slots, record)
  if (boosts.size === 0) return slots
  return slots.map((slot) => {
    const boost = boosts.get(slot.name)
    return boost?.isOn ? { ...slot, carried: { ...slot.carried, cpu: boost.steady } } : slot
  })
}

/** The boosts that remain when containers get other steady values: boosted values stay while they are higher. */
export function boostBeside(
  recorded: RecordedBoost | undefined,
  steadyOf: (container: string) => Allotment | undefined,
): RecordedBoost | undefined {
  if (!isObject(recorded)) return undefined
  const kept = Object.entries(recorded as RecordedBoost).flatMap(([name, change]): [string, RecordedChange][] => {
    const steady = steadyOf(name)
    if (!steady || !isObject(change)) return []
    const most = (field: keyof Allotment) => {
      const [is, was] = [steady[field], valueAt(change, field, 1)]
      return is !== undefined && was !== undefined && was > is ? was : is
    }
    const boosted = { request: most('request'), limit: most('limit') }
    const next = isValidAllotment(boosted) ? recordChange('cpu', steady, boosted) : undefined
    return next ? [[name, next]] : []
  })
  return kept.length > 0 ? Object.fromEntries(kept) : undefined
}

const NONE: ReadonlyMap<string, Boost> = new Map()

/**
 * The boost of a container with these values. If somebody has changed the request or the limit since, only the other one is boosted.
 * Anybody can write a record, so a boost that raises nothing is ignored.
 */
function boostOf(carried: Allotment, change: RecordedChange): Boost | undefined {
  const fields = FIELDS.map((field): Field => {
    const is = carried[field]
    const [steady, boosted] = [valueAt(change, field, 0), valueAt(change, field, 1)]
    if (steady === undefined || boosted === undefined || steady <= 0n || steady >= boosted)
      return { steady: is, boosted: is, at: 'neither' }
    if (is === boosted) return { steady, boosted, at: 'boosted' }
    return is === steady ? { steady, boosted, at: 'steady' } : { steady: is, boosted: is, at: 'foreign' }
  })
  const [request, limit] = fields as [Field, Field]
  const isOn = fields.some(({ at }) => at === 'boosted')
  const isOff = !isOn && fields.some(({ at }) => at === 'steady') && fields.every(({ at }) => at !== 'foreign')
  if (!isOn && !isOff) return undefined
  const steady = { request: request.steady, limit: limit.steady }
  const boosted = isOn ? carried : { request: request.boosted, limit: limit.boosted }
  return isValidAllotment(steady) && isValidAllotment(boosted) ? { steady, boosted, isOn } : undefined
}

/** A request or a limit: its steady and boosted value, and which of them the container has. */
interface Field {
  readonly steady: Nanos | undefined
  readonly boosted: Nanos | undefined
  readonly at: 'steady' | 'boosted' | 'neither' | 'foreign'
}

const FIELDS = ['request', 'limit'] as const satisfies readonly (keyof Allotment)[]

function valueAt(change: RecordedChange, field: keyof Allotment, at: 0 | 1): Nanos | undefined {
  const pair: unknown = change[field]
  if (!Array.isArray(pair) || pair.length !== 2) return undefined
  const [steady, boosted] = pair.map((one) => parseQuantity(one))
  return steady === undefined || boosted === undefined ? undefined : at === 0 ? steady : boosted
}
