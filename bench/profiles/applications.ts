import type { UsageSample } from '../../src/history/index.ts'
import type { WorkloadContainer } from '../../src/workloads/index.ts'
import { type Seeded, seeded } from '../seeded.ts'

const STEP_SECONDS = 300
const DAY_SECONDS = 86_400
const START_SECONDS = 1_700_006_400
/** How long each namespace exists: as long as a preview environment. */
const DAYS = 2
const NAMESPACES = 10
/** Usage of like namespaces is within so much of that of the application. */
const WITHIN = 0.3
/** Factors between which the usage of unlike namespaces is, up or down. */
const UNLIKE = { low: 2, high: 5 }

/** One namespace with an instance of the application, and its usage. */
export interface Namespace {
  readonly container: WorkloadContainer
  readonly isUnlike: boolean
  readonly startSeconds: number
  readonly samples: readonly UsageSample[]
}

/** Shape of an application's usage. */
interface Application {
  readonly cores: number
  readonly bytes: number
  /** How much more it uses by day than by night, as a share. */
  readonly rhythm: number
  /** Standard deviation of CPU from sample to sample, in logarithms. */
  readonly noise: number
  /** Share of its memory that it has at its start, and the hours in which the rest comes. */
  readonly atStart: number
  readonly growsHours: number
  /** How much memory goes up and down, as a share. */
  readonly sway: number
  /** A job that runs once a day, for half an hour: its hour, and how many times as much memory it takes. */
  readonly job: { readonly hour: number; readonly times: number }
}

/**
 * Namespaces in which one application runs, one after another: each starts after the one before it was deleted. Two of ten, in random
 * places but not the first, are unlike the rest.
 */
export function* namespacesOf(seed: number): Iterable<Namespace> {
  const chance = seeded(seed)
  const application: Application = {
    cores: chance.logBetween(0.05, 2),
    bytes: chance.logBetween(100, 4000) * 2 ** 20,
    rhythm: chance.between(0, 1),
    noise: chance.between(0.1, 0.5),
    atStart: chance.between(0.4, 1),
    growsHours: chance.between(0.5, 8),
    sway: chance.between(0.02, 0.15),
    job: { hour: Math.floor(chance.between(0, 24)), times: chance.uniform() < 0.3 ? chance.between(2, 8) : 1 },
  }
  const unlike = new Set<number>()
  while (unlike.size < NAMESPACES / 5) unlike.add(1 + Math.floor(chance.between(0, NAMESPACES - 1)))
  for (let place = 0; place < NAMESPACES; place++) {
    const container = {
      workload: { namespace: `preview-${place}`, kind: 'Deployment', name: `application-${seed}` },
      container: 'app',
    }
    // Environments start at any time of the day.
    const startSeconds = START_SECONDS + place * (DAYS + 1) * DAY_SECONDS + Math.floor(chance.between(0, 24)) * 3600
    const isUnlike = unlike.has(place)
    const factor = isUnlike ? unlikeFactor(chance) : chance.between(1 - WITHIN, 1 + WITHIN)
    const samples = usage(application, container, startSeconds, factor, chance)
    yield { container, isUnlike, startSeconds, samples }
  }
}

function unlikeFactor(chance: Seeded): number {
  const times = chance.between(UNLIKE.low, UNLIKE.high)
  return chance.uniform() < 0.5 ? times : 1 / times
}

function usage(
  { cores, bytes, rhythm, noise, atStart, growsHours, sway, job }: Application,
  container: WorkloadContainer,
  startSeconds: number,
  factor: number,
  chance: Seeded,
): UsageSample[] {
  const samples: UsageSample[] = []
  let load = 0
  for (let at = 0; at < DAYS * DAY_SECONDS; at += STEP_SECONDS) {
    load = 0.95 * load + Math.sqrt(1 - 0.95 ** 2) * chance.normal()
    const byDay = 1 + rhythm * Math.sin((2 * Math.PI * (startSeconds + at)) / DAY_SECONDS)
    const grown = atStart + (1 - atStart) * (1 - Math.exp(-at / 3600 / growsHours))
    const hour = ((startSeconds + at) % DAY_SECONDS) / 3600
    const working = hour >= job.hour && hour < job.hour + 0.5 ? job.times : 1
    samples.push({
      ...{ container, pod: container.workload.namespace, timestampSeconds: startSeconds + at },
      cpuCores: factor * cores * Math.max(byDay, 0.05) * Math.exp(noise * chance.normal()),
      memoryBytes: factor * bytes * grown * working * Math.exp(sway * load),
    })
  }
  return samples
}
