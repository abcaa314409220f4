import type { Random } from './random.ts'
import { atTimes, bursts, DAY, leak, type Moment, sawTooth, scale, timeOfDay, traffic, wobble } from './shapes.ts'

const MIB = 2 ** 20
const GIB = 2 ** 30
const HOUR = 3600

export interface Usage {
  readonly cores: number
  readonly bytes: number
}

/** Usage of one Pod's container since its start. Called once for each time, in order. */
export type Container = (moment: Moment) => Usage

export interface Service {
  readonly namespace: 'shop' | 'platform'
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob'
  readonly name: string
  readonly pods: number
  /** Usage of each container, by name. `index` is the number of the Pod among its replicas. */
  readonly containers: Readonly<Record<string, (random: Random, index: number) => Container>>
  /** Runs of a CronJob; undefined for other kinds. */
  readonly run?: { readonly startSecondOfDay: number; seconds(startSeconds: number): number }
}

interface Level {
  /** CPU at night and at the daily high, cores. */
  readonly cores: readonly [number, number]
  /** Memory at night and at the daily high, bytes. */
  readonly bytes: readonly [number, number]
  readonly peakHour?: number
}

/** Usage of a container that follows its traffic. */
function served(random: Random, { cores, bytes, peakHour = 14 }: Level): Container {
  const [own, jitter, breath] = [Math.exp(0.06 * random.normal()), wobble(random, 0.12), wobble(random, 0.02)]
  return (moment) => {
    const load = traffic(moment, peakHour)
    return { cores: scale(...cores, load) * own * jitter(), bytes: scale(...bytes, load) * breath() }
  }
}

/** The services of the synthetic history. The table in ../synthetic.ts describes each. */
export const SERVICES: readonly Service[] = [
  {
    namespace: 'shop',
    kind: 'Deployment',
    name: 'storefront',
    pods: 3,
    containers: {
      storefront: (random) => served(random, { cores: [0.06, 0.35], bytes: [180 * MIB, 260 * MIB] }),
    },
  },
  {
    namespace: 'shop',
    kind: 'Deployment',
    name: 'checkout',
    pods: 3,
    containers: {
      checkout: (random) => served(random, { cores: [0.04, 0.28], bytes: [240 * MIB, 330 * MIB], peakHour: 19 }),
      envoy: (random) => served(random, { cores: [0.015, 0.09], bytes: [60 * MIB, 75 * MIB], peakHour: 19 }),
    },
  },
  {
    namespace: 'shop',
    kind: 'Deployment',
    name: 'catalog',
    pods: 2,
    containers: {
      catalog: (random) => {
        const usage = served(random, { cores: [0.08, 0.45], bytes: [420 * MIB, 420 * MIB] })
        return (moment) => {
          const sinceFlush = ((timeOfDay(moment) - 4 * HOUR + DAY) % DAY) / DAY
          const { cores, bytes } = usage(moment)
          return { cores, bytes: bytes + 140 * MIB * Math.sqrt(sinceFlush) }
        }
      },
    },
  },
  {
    namespace: 'shop',
    kind: 'Deployment',
    name: 'cart',
    pods: 2,
    containers: {
      cart: (random) => {
        const usage = served(random, { cores: [0.03, 0.16], bytes: [150 * MIB, 150 * MIB] })
        const leaked = leak(random, 3)
        return (moment) => {
          const { cores, bytes } = usage(moment)
          return { cores, bytes: bytes + 550 * MIB * leaked(moment) }
        }
      },
    },
  },
  {
    namespace: 'shop',
    kind: 'Deployment',
    name: 'payments',
    pods: 2,
    containers: {
      payments: (random) => {
        const usage = served(random, { cores: [0.02, 0.09], bytes: [200 * MIB, 250 * MIB] })
        const burst = bursts(random, { perDay: 4, minutes: [5, 20] })
        return (moment) => {
          const { cores, bytes } = usage(moment)
          return { cores: Math.max(cores, 0.6 * burst(moment)), bytes }
        }
      },
    },
  },
  {
    namespace: 'shop',
    kind: 'Deployment',
    name: 'search',
    pods: 2,
    containers: {
      search: (random) => {
        const usage = served(random, { cores: [0.25, 1.4], bytes: [1.1 * GIB, 1.6 * GIB] })
        const everyHour = Array.from({ length: 24 }, (_, hour) => hour * HOUR)
        const refreshing = atTimes(everyHour, 5)
        const effort = wobble(random, 0.08)
        return (moment) => {
          const { cores, bytes } = usage(moment)
          return { cores: Math.max(cores, 2.2 * effort() * refreshing(moment)), bytes }
        }
      },
    },
  },
  {
    namespace: 'shop',
    kind: 'Deployment',
    name: 'orders',
    pods: 2,
    containers: {
      orders: (random) => {
        const usage = served(random, { cores: [0.12, 0.6], bytes: [1.2 * GIB, 1.2 * GIB] })
        const heap = sawTooth(random, [40, 180])
        let startedAt: number | undefined
        return (moment) => {
          startedAt ??= moment.seconds
          const isWarmingUp = moment.seconds < startedAt + 10 * 60
          const { cores, bytes } = usage(moment)
          return { cores: isWarmingUp ? 1.5 : cores, bytes: bytes + 0.7 * GIB * heap(moment) }
        }
      },
    },
  },
  {
    namespace: 'shop',
    kind: 'StatefulSet',
    name: 'postgres',
    pods: 2,
    containers: {
      postgres: (random, index) => {
        const usage = served(random, { cores: [0.15, 0.7], bytes: [1.6 * GIB, 2.3 * GIB] })
        const vacuuming = atTimes([3.5 * HOUR], 30)
        const share = index === 0 ? 1 : 0.4 // a standby only replays
        return (moment) => {
          const { cores, bytes } = usage(moment)
          return { cores: share * Math.max(cores, 1.2 * vacuuming(moment)), bytes }
        }
      },
    },
  },
  {
    namespace: 'shop',
    kind: 'StatefulSet',
    name: 'redis',
    pods: 3,
    containers: {
      redis: (random) => {
        const usage = served(random, { cores: [0.025, 0.12], bytes: [300 * MIB, 480 * MIB] })
        const saving = bursts(random, { perDay: 4, minutes: [5, 10] })
        return (moment) => {
          const { cores, bytes } = usage(moment)
          return { cores, bytes: bytes * (1 + 0.5 * saving(moment)) }
        }
      },
    },
  },
  {
    namespace: 'shop',
    kind: 'CronJob',
    name: 'nightly-report',
    pods: 1,
    run: {
      startSecondOfDay: 2 * HOUR + 10 * 60,
      seconds: (start) => (new Date((start + DAY) * 1000).getUTCDate() === 1 ? 80 : 40) * 60,
    },
    containers: {
      report: (random) => {
        const jitter = wobble(random, 0.05)
        let startedAt: number | undefined
        return (moment) => {
          startedAt ??= moment.seconds
          const loaded = Math.min(1, (moment.seconds - startedAt) / (15 * 60))
          return { cores: 0.9 * jitter(), bytes: scale(300 * MIB, 900 * MIB, loaded) }
        }
      },
    },
  },
  {
    namespace: 'platform',
    kind: 'Deployment',
    name: 'gateway',
    pods: 2,
    containers: {
      gateway: (random) => served(random, { cores: [0.1, 0.8], bytes: [90 * MIB, 130 * MIB], peakHour: 15 }),
    },
  },
  {
    namespace: 'platform',
    kind: 'StatefulSet',
    name: 'kafka',
    pods: 3,
    containers: {
      kafka: (random) => served(random, { cores: [0.2, 0.65], bytes: [2.1 * GIB, 2.8 * GIB], peakHour: 15 }),
    },
  },
  {
    namespace: 'platform',
    kind: 'DaemonSet',
    name: 'log-agent',
    pods: 4,
    containers: {
      'log-agent': (random) => {
        const usage = served(random, { cores: [0.015, 0.06], bytes: [70 * MIB, 110 * MIB] })
        const storm = bursts(random, { perDay: 0.5, minutes: [15, 40] })
        return (moment) => {
          const { cores, bytes } = usage(moment)
          const force = storm(moment)
          return { cores: Math.max(cores, 0.4 * force), bytes: Math.max(bytes, 200 * MIB * force) }
        }
      },
    },
  },
]
