import { randomBytes } from 'node:crypto'
import { pause, systemTime, type Time } from '../clock/index.ts'
import { type EventRecorder, type KubeClient, KubeError, type Occurrence, whileLeading } from '../kube/index.ts'
import type { Logger } from '../telemetry/index.ts'
import { observe, type Places, type Sight, writeBundle, writeSecret } from './cluster.ts'
import { certificatesIn, NOT_THERE } from './inspect.ts'
import { issueAuthority, issueServing } from './issue.ts'
import { AUTHORITY_MILLISECONDS, SERVING_MILLISECONDS, validFor } from './lifetimes.ts'
import { nextPathStep, type PathStep, pathFacts } from './path-plan.ts'
import { observePaths, writeKeys, writePaths } from './paths.ts'
import { nextStep, type Step, trustedByAll } from './plan.ts'

export interface RotatorOptions {
  readonly client: KubeClient
  readonly places: Places
  /** Names that the serving certificate must cover. */
  readonly names: readonly string[]
  /** Identity of this process among those that may hold the Lease. */
  readonly identity: string
  readonly events: Pick<EventRecorder, 'record'>
  readonly logger: Logger
  /** Called after every look with the times at which the certificates in use expire, in Unix seconds; 0 if there is none. */
  readonly onExpiry: (expiry: { readonly authority: number; readonly serving: number }) => void
  /** Called after each step. */
  readonly onStep: (step: { readonly what: (typeof WHAT)[ToDo['do']]; readonly repair: boolean }) => void
  /** Called when a look or a step fails. It is tried again. */
  readonly onTrouble: (error: Error) => void
  readonly time?: Time
  readonly settleMilliseconds?: number
  readonly lookEveryMilliseconds?: number
}

/** Name of the Lease under which certificates are written. It is held only during the writes. */
const LEASE = 'plimsoll-certificates'
/**
 * How long an authority must be trusted before its certificates are served: API servers follow the registration by watch, which
 * takes a moment, and several under load.
 */
const SETTLE_MILLISECONDS = 60_000
const LOOK_EVERY_MILLISECONDS = 5_000
/** 160 random bits. */
const KEY_BYTES = 20
/** Most steps of one pass. A first certificate takes three and a first path two; a pass that needs more makes no progress, and continues at the next look. */
const MOST_STEPS = 8
/** What a step issues or publishes, in metrics. */
const WHAT = {
  'issue authority': 'authority',
  'publish bundle': 'bundle',
  'issue serving': 'serving',
  'accept keys': 'path keys',
  'publish key': 'path',
} as const

/**
 * Keeps the webhook's certificates: issues them, renews them at two thirds of their lives, replaces what is damaged, and makes
 * the API server trust them. Every replica looks; the one that finds something to do takes the Lease, looks again and does it.
 */
export class Rotator {
  readonly #options: RotatorOptions
  readonly #time: Time
  /** Since when each authority (by fingerprint) has been trusted by all webhooks. */
  readonly #trusted: Since
  /** Since when the facts about paths have been true. */
  readonly #paths: Since

  constructor(options: RotatorOptions) {
    this.#options = options
    this.#time = options.time ?? systemTime
    this.#trusted = new Since(this.#time)
    this.#paths = new Since(this.#time)
  }

  /** Looks until the signal aborts. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { lookEveryMilliseconds = LOOK_EVERY_MILLISECONDS } = this.#options
    while (!signal.aborted) {
      await this.pass(signal)
      await pause(this.#time, lookEveryMilliseconds, signal)
    }
  }

  /** Looks once, and takes the steps that are due. Never throws. */
  async pass(signal: AbortSignal): Promise<void> {
    const { client, places, identity, onTrouble } = this.#options
    try {
      if (!isToDo(await this.#look(signal))) return
      const lease = { namespace: places.namespace, name: LEASE }
      // Stop leading once the work is done or has failed: the other replica may do better.
      await whileLeading(
        { client, lease, identity, onTrouble, time: this.#time },
        (leading) => this.#work(leading),
        signal,
      )
    } catch (error) {
      if (!signal.aborted) onTrouble(error as Error)
    }
  }

  async #work(leading: AbortSignal): Promise<void> {
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      const seen = await this.#look(leading)
      if (!isToDo(seen)) return
      try {
        await this.#take(seen.step, seen.sight, leading)
      } catch (error) {
        // Somebody has changed it since: look again.
        if (!(error instanceof KubeError && error.reason === 'Conflict')) throw error
      }
    }
  }

  async #look(signal: AbortSignal): Promise<{ step: AnyStep; sight: Sight } | undefined> {
    const { client, places, names, onExpiry, logger } = this.#options
    const sight = await observe(client, places, signal)
    if (!sight) {
      logger.debug({ name: places.webhookConfiguration }, 'no certificates yet: the webhook is not registered')
      return undefined
    }
    const isSettled = this.#trusted.see(trustedByAll(sight), this.#settleMilliseconds)
    const step = nextStep(sight, { names, now: this.#time.now(), isSettled })
    onExpiry(expiryOf(sight))
    // Certificates first: without one, no path leads anywhere.
    return { step: isToDo({ step, sight }) ? step : await this.#lookAtPaths(sight, signal), sight }
  }

  async #lookAtPaths(sight: Sight, signal: AbortSignal): Promise<PathStep> {
    const { client, places } = this.#options
    const observed = await observePaths(client, places, sight, signal)
    if (!observed) return { do: 'nothing' }
    const isSettled = this.#paths.see(pathFacts(observed), this.#settleMilliseconds)
    return nextPathStep(observed, { newKey: () => randomBytes(KEY_BYTES).toString('hex'), isSettled })
  }

  get #settleMilliseconds(): number {
    return this.#options.settleMilliseconds ?? SETTLE_MILLISECONDS
  }

  async #take(step: ToDo, sight: Sight, signal: AbortSignal): Promise<void> {
    const { client, places, names, logger } = this.#options
    const { namespace, secretName, caSecretName } = places
    const now = this.#time.now()
    if (step.do === 'publish bundle') {
      await writeBundle(client, sight.configuration, step.bundle, signal)
    } else if (step.do === 'issue authority') {
      const validity = validFor(AUTHORITY_MILLISECONDS, now)
      const { cert, key } = await issueAuthority(`Plimsoll CA ${validity.notBefore.toISOString()}`, validity)
      const fields = { 'tls.crt': cert, 'tls.key': key }
      const at = { seen: sight.authoritySecret, owner: sight.configuration }
      await writeSecret(client, { namespace, name: caSecretName }, fields, at, signal)
    } else if (step.do === 'accept keys') {
      await writeKeys(client, sight.servingSecret!, step.keys, signal)
    } else if (step.do === 'publish key') {
      await writePaths(client, sight.configuration, step.key, signal)
    } else {
      const { cert, key } = await issueServing(step.authority, names, validFor(SERVING_MILLISECONDS, now))
      const fields = { 'tls.crt': cert, 'tls.key': key, 'ca.crt': step.authority.cert }
      const at = { seen: sight.servingSecret, owner: sight.configuration }
      await writeSecret(client, { namespace, name: secretName }, fields, at, signal)
    }
    logger.info({ step: step.do, because: step.because }, 'certificates: a step was taken')
    this.#options.onStep({ what: WHAT[step.do], repair: 'repair' in step && step.repair })
    this.#tell(step, sight)
  }

  #tell(step: ToDo, { servingSecret, authoritySecret }: Sight): void {
    if (!('repair' in step)) return
    const { namespace, secretName, caSecretName } = this.#options.places
    const [what, secret, name] =
      step.do === 'issue serving'
        ? (['serving certificate', servingSecret, secretName] as const)
        : (['certificate authority', authoritySecret, caSecretName] as const)
    const occurrence: Occurrence = {
      regarding: { apiVersion: 'v1', kind: 'Secret', namespace, name, uid: secret?.metadata.uid },
      type: step.repair ? 'Warning' : 'Normal',
      reason: step.repair ? 'CertificateRepaired' : 'CertificateIssued',
      action: 'Issuing',
      note:
        step.because === NOT_THERE
          ? `A ${what} was issued: there was none.`
          : `A new ${what} was issued, because of the one before: ${step.because}.`,
    }
    this.#options.events.record(occurrence)
  }
}

/** Since when facts have been true, as this process saw it. */
class Since {
  readonly #time: Time
  #since = new Map<string, number>()

  constructor(time: Time) {
    this.#time = time
  }

  /** Takes note of what is true now; what is not loses its time. Returns whether a fact has been true for `milliseconds`. */
  see(facts: Iterable<string>, milliseconds: number): (fact: string) => boolean {
    const elapsed = this.#time.elapsed()
    this.#since = new Map([...facts].map((fact) => [fact, this.#since.get(fact) ?? elapsed] as const))
    const since = this.#since
    return (fact) => elapsed - (since.get(fact) ?? elapsed) >= milliseconds
  }
}

type AnyStep = Step | PathStep
type ToDo = Exclude<AnyStep, { readonly do: 'wait' | 'nothing' }>

function isToDo(seen: { step: AnyStep; sight: Sight } | undefined): seen is { step: ToDo; sight: Sight } {
  return seen !== undefined && seen.step.do !== 'nothing' && seen.step.do !== 'wait'
}

function expiryOf({ authority, serving }: Sight): { authority: number; serving: number } {
  const seconds = (pem = '') => (certificatesIn(pem)[0]?.validToDate.getTime() ?? 0) / 1000
  return { authority: seconds(authority?.cert), serving: seconds(serving?.cert) }
}
