import {
  Counter,
  type CounterConfiguration,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type LabelValues,
  Registry,
} from 'prom-client'

export type Metrics = ReturnType<typeof createMetrics>

/** Histogram buckets. The API server waits 10 s by default and 30 s at most; a response takes well under a millisecond. */
const ADMISSION_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/**
 * Maximum number of reason codes as label values. Codes come from fixed tables; a mistake there must not use up the memory of
 * Prometheus.
 */
const MAX_CODES = 100

const MODES = ['auto', 'approve']
const OUTCOMES = ['patched', 'skipped', 'failed_open', 'refused', 'aborted']

/**
 * Creates every metric of the webhook, in a separate registry. Labels have few, fixed values: no namespace, workload, Pod or
 * message ever becomes one.
 */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  const reasons = countsByKey(
    {
      name: 'plimsoll_admission_reasons_total',
      help: 'Reasons of decisions, by code; one decision may have several.',
      labelNames: ['code'],
      registers,
    },
    (code) => ({ code }),
  )
  const codes = new Set<string>()
  const requests = countsByKey(
    {
      name: 'plimsoll_admission_requests_total',
      help: `Admission requests, by mode (${MODES.join(', ')}) and outcome (${OUTCOMES.join(', ')}).`,
      labelNames: ['mode', 'outcome'],
      registers,
    },
    (key) => ({ mode: key.split(' ')[0]!, outcome: key.split(' ')[1]! }),
  )
  // A series that starts at 1 shows no increase: `rate` needs a 0 first.
  for (const mode of MODES) for (const outcome of OUTCOMES) requests.add(`${mode} ${outcome}`, 0)
  const boostsGiven = new Counter({
    name: 'plimsoll_admission_boosts_total',
    help: 'Pods that were created with more CPU for their startup, which the learner removes later.',
    registers,
  })
  boostsGiven.inc(0)
  return {
    registry,
    admissionDuration: new Histogram({
      name: 'plimsoll_admission_duration_seconds',
      help: 'Time from the headers of an admission request to its answer.',
      buckets: ADMISSION_SECONDS,
      registers,
    }),
    admissionFailOpen: new Counter({
      name: 'plimsoll_admission_fail_open_total',
      help: 'Pods allowed unchanged because something failed, by reason.',
      labelNames: ['reason'],
      registers,
    }),
    admissionStrangers: new Counter({
      name: 'plimsoll_admission_strangers_total',
      help: 'Reviews answered without a patch because their caller may not be the API server, by what it lacks (key, certificate).',
      labelNames: ['lacks'],
      registers,
    }),
    boostsGiven,
    connectionErrors: new Counter({
      name: 'plimsoll_connection_errors_total',
      help: 'Connections that failed before a request was understood, by layer (tls, http), or were closed to make room for others (connection). A wrong caBundle shows as failing TLS handshakes.',
      labelNames: ['layer'],
      registers,
    }),
    certificateExpiry: new Gauge({
      name: 'plimsoll_certificate_expiry_timestamp_seconds',
      help: 'When the serving certificate in use expires, in Unix time; 0 while there is none.',
      registers,
    }),
    certificateReloads: new Counter({
      name: 'plimsoll_certificate_reloads_total',
      help: 'New serving certificates, by outcome (loaded, refused).',
      labelNames: ['outcome'],
      registers,
    }),
    snapshotRecommendations: new Gauge({
      name: 'plimsoll_snapshot_recommendations',
      help: 'Recommendations held in memory.',
      registers,
    }),
    snapshotSynced: new Gauge({
      name: 'plimsoll_snapshot_synced',
      help: 'Whether the recommendations in memory are complete (1) or still being read (0).',
      registers,
    }),
    snapshotHeard: new Gauge({
      name: 'plimsoll_snapshot_heard_timestamp_seconds',
      help: 'When the API server last reported recommendations (list, change or bookmark; there is a bookmark every minute), in Unix time; 0 if it never has.',
      registers,
    }),
    ready: new Gauge({
      name: 'plimsoll_webhook_ready',
      help: 'Whether this replica is ready (1): it has a certificate, its recommendations are complete, and it is not shutting down.',
      registers,
    }),
    /** Counts one reason; after 100 different codes, others are counted as `Other`. */
    countReason(code: string): void {
      if (codes.size < MAX_CODES) codes.add(code)
      reasons.add(codes.has(code) ? code : 'Other')
    },
    /** Counts one admission request. */
    countRequest(mode: string, outcome: string): void {
      requests.add(`${mode} ${outcome}`)
    },
  }
}

/**
 * Creates a counter for events of every request. A Counter sorts and joins the labels of each increase, so the counts are kept by key,
 * and handed over when the metrics are read.
 */
function countsByKey<Label extends string>(
  configuration: CounterConfiguration<Label>,
  labelsOf: (key: string) => LabelValues<Label>,
) {
  const added = new Map<string, number>()
  new Counter({
    ...configuration,
    collect() {
      for (const [key, count] of added) this.inc(labelsOf(key), count)
      added.clear()
    },
  })
  return { add: (key: string, count = 1) => void added.set(key, (added.get(key) ?? 0) + count) }
}

/** Adds metrics for the CPU, memory, event loop and garbage collection of this process. */
export function collectProcessMetrics({ registry }: Pick<Metrics, 'registry'>): void {
  collectDefaultMetrics({ register: registry })
}
