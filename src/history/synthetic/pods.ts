import { type Random, seededRandom } from './random.ts'
import type { Container, Service, Usage } from './services.ts'
import { DAY, type Moment, timeOfDay } from './shapes.ts'

/** Letters of the suffixes that Kubernetes generates: no vowels, and no digits that look like them. */
const RANDOM_LETTERS = 'bcdfghjklmnpqrstvwxz2456789'
/** Letters of a pod-template-hash. */
const HASH_LETTERS = '456789bcdf'

export interface Reading extends Usage {
  readonly container: string
  readonly pod: string
}

interface Pod {
  readonly name: string
  readonly containers: readonly (readonly [name: string, usage: Container])[]
}

/** One replica of a workload, such as the second one, and its successive Pods. */
export class Place {
  readonly #service: Service
  readonly #index: number
  readonly #seed: string
  /** Second of the week at which the Deployment is rolled out again. */
  readonly #rollOutSecond: number
  #pod: Pod | undefined
  #generation = Number.NaN

  constructor(service: Service, index: number, seed: string) {
    this.#service = service
    this.#index = index
    this.#seed = `${seed}/${service.namespace}/${service.name}`
    this.#rollOutSecond = Math.floor(seededRandom(this.#seed).next() * 7 * DAY)
  }

  /** Usage of the current Pod; empty while there is none. */
  read(moment: Moment): readonly Reading[] {
    const generation = this.#generationAt(moment)
    if (generation === undefined) return []
    if (generation !== this.#generation) {
      this.#generation = generation
      this.#pod = this.#start(generation)
    }
    const { name, containers } = this.#pod!
    return containers.map(([container, usage]) => ({ container, pod: name, ...usage(moment) }))
  }

  /** Number of the replica's Pod at a time; undefined while there is none. */
  #generationAt(moment: Moment): number | undefined {
    const { kind, run } = this.#service
    if (run) {
      const start = moment.seconds - timeOfDay(moment) + run.startSecondOfDay
      return moment.seconds >= start && moment.seconds < start + run.seconds(start) ? start / 60 : undefined
    }
    return kind === 'Deployment' ? Math.floor((moment.seconds + this.#rollOutSecond) / (7 * DAY)) : 0
  }

  #start(generation: number): Pod {
    const ofGeneration = seededRandom(`${this.#seed}/${generation}`)
    const ofPod = seededRandom(`${this.#seed}/${generation}/${this.#index}`)
    const suffix = letters(ofPod, RANDOM_LETTERS, 5)
    const { name, kind, containers } = this.#service
    const names = {
      Deployment: () => `${name}-${letters(ofGeneration, HASH_LETTERS, 9)}-${suffix}`,
      StatefulSet: () => `${name}-${this.#index}`,
      DaemonSet: () => `${name}-${suffix}`,
      CronJob: () => `${name}-${generation}-${suffix}`,
    }
    return {
      name: names[kind](),
      containers: Object.entries(containers).map(([container, usage]) => {
        return [container, usage(seededRandom(`${this.#seed}/${generation}/${this.#index}/${container}`), this.#index)]
      }),
    }
  }
}

function letters(random: Random, alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[Math.floor(random.next() * alphabet.length)]).join('')
}
