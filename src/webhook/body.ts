import type { IncomingMessage } from 'node:http'

export interface BodyLimits {
  /** Maximum size of one body in bytes. */
  readonly bodyBytes: number
  /** Maximum size of all bodies that are being received, in bytes. */
  readonly bufferedBytes: number
  /** Maximum number of bodies that are being received. */
  readonly inFlight: number
}

/** A complete body, or only its first bytes and the reason why the rest was dropped. */
export type Body = { readonly bytes: Buffer } | { readonly head: Buffer; readonly dropped: Dropped }
type Dropped = 'BodyTooLarge' | 'Overloaded'

/** Number of bytes that are kept of a dropped body: enough to find the uid of a review in it. */
const HEAD_BYTES = 256

/**
 * Collects bodies within limits on the size of one, the size of all that are being received, and their number. A body beyond the
 * limits is read and dropped rather than refused half-way, because a client that is still sending would lose the answer.
 */
export class Intake {
  readonly #limits: BodyLimits
  #bufferedBytes = 0
  #inFlight = 0

  constructor(limits: BodyLimits) {
    this.#limits = limits
  }

  /** Receives the body of a request; undefined if the client disconnects before the end. Never rejects. */
  collect(request: IncomingMessage): Promise<Body | undefined> {
    this.#inFlight++
    const announced = Number(request.headers['content-length'] ?? 0)
    const overloaded = this.#inFlight > this.#limits.inFlight
    const chunks: Buffer[] = []
    let heldBytes = 0
    let cut: { head: Buffer; dropped: Dropped } | undefined

    const reasonToDrop = (chunk: Buffer): Dropped | undefined => {
      if (Math.max(announced, heldBytes + chunk.length) > this.#limits.bodyBytes) return 'BodyTooLarge'
      return overloaded || this.#bufferedBytes + chunk.length > this.#limits.bufferedBytes ? 'Overloaded' : undefined
    }
    const release = () => {
      this.#bufferedBytes -= heldBytes
      heldBytes = 0
      return chunks.splice(0)
    }
    const take = (chunk: Buffer) => {
      if (cut) return
      const dropped = reasonToDrop(chunk)
      if (dropped) {
        // Copy the bytes: a view would keep the whole chunk in memory.
        cut = { head: Buffer.from((chunks[0] ?? chunk).subarray(0, HEAD_BYTES)), dropped }
        release()
        return
      }
      chunks.push(chunk)
      heldBytes += chunk.length
      this.#bufferedBytes += chunk.length
    }

    return new Promise((resolve) => {
      let isComplete = false
      request.on('data', take)
      request.on('end', () => {
        isComplete = true
        resolve(cut ?? { bytes: joined(release()) })
      })
      // `close` always follows an error, and `close` before `end` means that the client disconnected.
      request.on('error', () => {})
      request.on('close', () => {
        this.#inFlight--
        if (isComplete) return
        release()
        resolve(undefined)
      })
    })
  }
}

function joined(chunks: readonly Buffer[]): Buffer {
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}
