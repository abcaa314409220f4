import { z } from 'zod'
import type { FinishedLoad } from './result.ts'

/** Where a container leaves its termination message, which the kubelet copies into the status of the Pod. */
export const TERMINATION_LOG = '/dev/termination-log'

/** The kubelet cuts a longer message. */
const MOST_BYTES = 4096

const Count = z.number().min(0)

/** What a load writes as its termination message. Other fields are ignored. */
const Message = z.object({
  requests: Count.int(),
  failed: Count.int().default(0),
  scheduledPerSecond: Count.optional(),
  sentPerSecond: Count.optional(),
  latencyMilliseconds: z.object({ p50: Count, p90: Count, p95: Count, p99: Count, max: Count }).partial().default({}),
  dropped: Count.optional(),
  failures: z.record(z.string(), Count).optional(),
  throttled: z.string().max(500).optional(),
  aborted: z.string().max(500).optional(),
  notMet: z.array(z.string().max(300)).max(20).optional(),
})

/**
 * @param message termination message of a container that ended well
 * @returns the result, or what is wrong with the message
 */
export function readMessage(message: string): FinishedLoad | { readonly kind: 'invalid'; readonly reason: string } {
  let value: unknown
  try {
    value = JSON.parse(message)
  } catch {
    return { kind: 'invalid', reason: 'its termination message is not JSON' }
  }
  const parsed = Message.safeParse(value)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    const where = path.length > 0 ? `field ${path.join('.')} of its termination message` : 'its termination message'
    return { kind: 'invalid', reason: `${where}: ${message}` }
  }
  const {
    scheduledPerSecond = 0,
    sentPerSecond = scheduledPerSecond,
    throttled,
    aborted,
    dropped,
    failures,
    notMet,
    ...rest
  } = parsed.data
  return {
    ...{ kind: 'finished', ...rest, scheduledPerSecond, sentPerSecond },
    ...(throttled !== undefined && { throttled }),
    ...(aborted !== undefined && { aborted }),
    ...(dropped !== undefined && dropped > 0 && { dropped }),
    ...(failures !== undefined && { failures }),
    ...(notMet !== undefined && notMet.length > 0 && { notMet }),
  }
}

/** A result as the termination message of its container. */
export function writeMessage({ kind: _, ...result }: FinishedLoad): string {
  const text = JSON.stringify(result)
  if (Buffer.byteLength(text) > MOST_BYTES)
    throw new Error(`a result of ${text.length} characters: the kubelet cuts it`)
  return text
}
