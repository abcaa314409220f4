/*
 * The synthetic history: seeded, generated usage of services that never existed. It is used where no recording and no
 * metrics store is at hand, and whatever shows it says that it is synthetic.
 *
 * What it has. CPU and memory are per Pod's container: night → daily high; then what goes beyond that, if anything.
 *
 * namespace kind        name           container   Pods  CPU            memory           what it is
 * shop      Deployment  storefront     storefront  3     60m → 350m     180Mi → 260Mi    Node web front; daily and weekly rhythm
 * shop      Deployment  checkout       checkout    3     40m → 280m     240Mi → 330Mi    Go service; evening rhythm, deploys weekly
 * shop      Deployment  checkout       envoy       3     15m → 90m      60Mi → 75Mi      native sidecar (init container that restarts always)
 * shop      Deployment  catalog        catalog     2     80m → 450m     420Mi → 560Mi    Go service; warm cache grows over each day
 * shop      Deployment  cart           cart        2     30m → 160m     150Mi → 700Mi    leaks ~180Mi a day, restarts when it is full
 * shop      Deployment  payments       payments    2     20m → 90m      200Mi → 250Mi    bursts to 600m for 5-20 min, a few a day
 * shop      Deployment  search         search      2     250m → 1400m   1.1Gi → 1.6Gi    index refresh each hour: bursts to 2200m
 * shop      Deployment  orders         orders      2     120m → 600m    1.2Gi → 1.9Gi    Java; heap as a saw-tooth of collections, 1.5 cores at start
 * shop      StatefulSet postgres       postgres    2     150m → 700m    1.6Gi → 2.3Gi    primary and standby; vacuum at 03:30, 1.2 cores
 * shop      StatefulSet redis          redis       3     25m → 120m     300Mi → 480Mi    snapshots fork: memory up by half for 5-10 min
 * shop      CronJob     nightly-report report      1     900m           900Mi            02:10 UTC each day, ~40 min; month's end twice as long
 * platform  Deployment  gateway        gateway     2     100m → 800m    90Mi → 130Mi     proxy in front of everything; steady memory
 * platform  StatefulSet kafka          kafka       3     200m → 650m    2.1Gi → 2.8Gi    broker on a JVM; flat heap, page cache follows traffic
 * platform  DaemonSet   log-agent      log-agent   4     15m → 60m      70Mi → 110Mi     per node; log storms to 400m and 200Mi
 *
 * All times are UTC. Saturdays and Sundays carry about two thirds of a working day's traffic. Replicas share the rhythm
 * and differ in level and noise. Deployments are rolled out once a week, which gives new Pods; StatefulSet Pods keep their names.
 */

import { Containers } from './containers.ts'
import type { HistorySource, ReadOptions, UsageSample } from './source.ts'
import { Place } from './synthetic/pods.ts'
import { SERVICES } from './synthetic/services.ts'
import { DAY } from './synthetic/shapes.ts'

export interface SyntheticOptions {
  /** Seed of the noise, the bursts and the Pod names; by default 1. */
  readonly seed?: number
  readonly days?: number
  readonly stepSeconds?: number
  /** First moment after the history, Unix seconds; the samples end just before it. */
  readonly endSeconds?: number
}

/** 2026-06-01T00:00:00Z. It is fixed so that the same history is generated every time, and includes the end of a month. */
const END_SECONDS = 1_780_272_000
const MAX_DAYS = 400
const BATCH_SAMPLES = 1000

/**
 * Generated usage, the same for the same options. A window cuts the history and does not change the samples in it.
 *
 * @throws RangeError if an option is out of range
 */
export function syntheticHistory({
  seed = 1,
  days = 14,
  stepSeconds = 300,
  endSeconds = END_SECONDS,
}: SyntheticOptions = {}): HistorySource {
  expectWithin('days', days, 1, MAX_DAYS)
  expectWithin('stepSeconds', stepSeconds, 1, DAY)
  expectWithin('endSeconds', endSeconds, days * DAY, Number.MAX_SAFE_INTEGER)
  return {
    name: `synthetic history (${days} days of services that never existed, seed ${seed})`,
    read: (options) => generate({ seed, days, stepSeconds, endSeconds }, options),
  }
}

async function* generate(
  { seed, days, stepSeconds, endSeconds }: Required<SyntheticOptions>,
  { window, signal, onProgress }: ReadOptions = {},
): AsyncGenerator<readonly UsageSample[]> {
  const containers = new Containers()
  const places = SERVICES.flatMap((service) =>
    Array.from({ length: service.pods }, (_, index) => ({ service, place: new Place(service, index, String(seed)) })),
  )
  const steps = Math.floor((days * DAY) / stepSeconds)
  let batch: UsageSample[] = []
  let samples = 0
  for (let step = 0; step < steps; step++) {
    signal?.throwIfAborted()
    const moment = { seconds: endSeconds - (steps - step) * stepSeconds, stepSeconds }
    // Generate the time before the window as well: leaks and bursts must be where they would be without a window.
    const isWanted = !window || (moment.seconds >= window.fromSeconds && moment.seconds < window.toSeconds)
    for (const { service, place } of places) {
      for (const { container, pod, cores, bytes } of place.read(moment)) {
        if (!isWanted) continue
        batch.push({
          container: containers.intern(service, container),
          pod,
          timestampSeconds: moment.seconds,
          cpuCores: cores,
          memoryBytes: Math.round(bytes),
        })
      }
    }
    if (batch.length < BATCH_SAMPLES && step < steps - 1) continue
    samples += batch.length
    onProgress?.({ samples, share: (step + 1) / steps })
    if (batch.length > 0) yield batch
    batch = []
  }
}

function expectWithin(name: string, value: number, low: number, high: number): void {
  if (Number.isSafeInteger(value) && value >= low && value <= high) return
  throw new RangeError(`${name} of a synthetic history: expected a whole number from ${low} to ${high}, not ${value}`)
}
