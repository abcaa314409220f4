import type { Dispatcher } from 'undici'
import type { GeneratorSpec } from '../load/index.ts'
import type { Connection } from './connections.ts'

/** How a request ended. */
export interface Outcome {
  /** Whether a whole answer came, also one that says that the request failed. */
  readonly answered: boolean
  /** Why it counts as failed. */
  readonly failure?: string
  readonly isBroken: boolean
  /** Whether this machine is the reason, not the one that is asked. */
  readonly isOwnFault?: boolean
}

export const TIMED_OUT = 'timeout'

/** Errors of a machine that has no port, file or memory left. */
const OWN_FAULTS = new Set(['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'])

/** One request and its answer. */
export class Exchange {
  /** Milliseconds from the start of the load. */
  readonly sentAt: number
  readonly #connection: Connection
  readonly #target: URL
  readonly #spec: GeneratorSpec
  readonly #onEnd: (outcome: Outcome) => void
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #hasEnded = false

  constructor(
    sentAt: number,
    connection: Connection,
    target: URL,
    spec: GeneratorSpec,
    onEnd: (outcome: Outcome) => void,
  ) {
    this.sentAt = sentAt
    this.#connection = connection
    this.#target = target
    this.#spec = spec
    this.#onEnd = onEnd
  }

  start(): void {
    const { method, headers, body } = this.#spec
    const path = this.#target.pathname + this.#target.search
    const options = { path, method: method as Dispatcher.HttpMethod, headers, ...(body !== undefined && { body }) }
    this.#connection.client.dispatch(options, {
      onRequestStart: (controller) => {
        this.#controller = controller
      },
      onResponseStart: (_, status) => {
        this.#status = status
      },
      // Without this, the body is not read.
      onResponseData: () => {},
      onResponseEnd: () => {
        const failure = this.#status >= 400 ? `status ${this.#status}` : undefined
        this.#end({ answered: true, isBroken: false, ...(failure !== undefined && { failure }) })
      },
      onResponseError: (_, error) => {
        const { code, message } = error as NodeJS.ErrnoException
        const isOwnFault = OWN_FAULTS.has(code ?? '')
        this.#end({ answered: false, isBroken: true, failure: (code ?? message).slice(0, 100), isOwnFault })
      },
    })
  }

  timeOut(): void {
    // The connection is destroyed, and with it the request.
    this.#end({ answered: false, isBroken: true, failure: TIMED_OUT })
    this.#controller?.abort(new Error(TIMED_OUT))
  }

  #end(outcome: Outcome): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#onEnd(outcome)
  }
}
