import { pause, systemTime, type Time } from '../clock/index.ts'
import { type EventRecorder, type KubeClient, KubeError, type Occurrence, whileLeading } from '../kube/index.ts'
import type { Logger } from '../telemetry/index.ts'
import { observe, type Places, type Sight, writeBundle, writeSecret } from './cluster.ts'
import { certificatesIn } from './inspect.ts'
import { issueAuthority, issueServing } from './issue.ts'
import { AUTHORITY_MILLISECONDS, SERVING_MILLISECONDS, validFor } from './lifetimes.ts'
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
  readonly onStep: (step: { readonly what: 'authority' | 'bundle' | 'serving'; readonly repair: boolean }) => void
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
/** Most steps of one pass. A repair takes three; a pass that needs more makes no progress, and continues at the next look. */
const MOST_STEPS = 6

/**
 * Keeps the webhook's certificates: issues them, renews them at two thirds of their lives, replaces what is damaged, and makes
 * the API server trust them. Every replica looks; the one that finds something to do takes the Lease, looks again and does it.
 */
export class Rotator {
  readonly #options: RotatorOptions
  readonly #time: Time
  /**
   * Time at which each authority (by fingerprint) became trusted by all webhooks, as this process saw it, in milliseconds of
   * the monotonic clock.
   */
  #trustedSince = new Map<string, number>()

  constructor(options: RotatorOptions) {
    this.#options = options
    this.#time = options.time ?? systemTime
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

  async #look(signal: AbortSignal): Promise<{ step: Step; sight: Sight } | undefined> {
    const { client, places, names, onExpiry, logger, settleMilliseconds = SETTLE_MILLISECONDS } = this.#options
    const sight = await observe(client, places, signal)
    if (!sight) {
      logger.debug({ name: places.webhookConfiguration }, 'no certificates yet: the webhook is not registered')
      return undefined
    }
    const elapsed = this.#time.elapsed()
    this.#trustedSince = new Map(
      [...trustedByAll(sight)].map((one) => [one, this.#trustedSince.get(one) ?? elapsed] as const),
    )
    const isSettled = (one: string) => elapsed - (this.#trustedSince.get(one) ?? elapsed) >= settleMilliseconds
    const step = nextStep(sight, { names, now: this.#time.now(), isSettled })
    onExpiry(expiryOf(sight))
    return { step, sight }
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
    } else {
      const { cert, key } = await issueServing(step.authority, names, validFor(SERVING_MILLISECONDS, now))
      const fields = { 'tls.crt': cert, 'tls.key': key, 'ca.crt': step.authority.cert }
      const at = { seen: sight.servingSecret, owner: sight.configuration }
      await writeSecret(client, { namespace, name: secretName }, fields, at, signal)
    }
    logger.info({ step: step.do, because: step.because }, 'certificates: a step was taken')
    const what = ({ 'issue authority': 'authority', 'publish bundle': 'bundle', 'issue serving': 'serving' } as const)[
      step.do
    ]
    this.#options.onStep({ what, repair: 'repair' in step && step.repair })
    this.#tell(step, sight)
  }

  #tell(step: ToDo, { servingSecret, authoritySecret }: Sight): void {
    if (step.do === 'publish bundle') return
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
      note: `A new ${what} was issued: ${step.because}.`,
    }
    this.#options.events.record(occurrence)
  }
}

type ToDo = Extract<Step, { readonly because: string; readonly do: `${'issue' | 'publish'} ${string}` }>

function isToDo(seen: { step: Step; sight: Sight } | undefined): seen is { step: ToDo; sight: Sight } {
  return seen !== undefined && seen.step.do !== 'nothing' && seen.step.do !== 'wait'
}

function expiryOf({ authority, serving }: Sight): { authority: number; serving: number } {
  const seconds = (pem = '') => (certificatesIn(pem)[0]?.validToDate.getTime() ?? 0) / 1000
  return { authority: seconds(authority?.cert), serving: seconds(serving?.cert) }
}
