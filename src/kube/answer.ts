import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream'
import { finished } from 'node:stream/promises'
import { createGunzip, type Gunzip } from 'node:zlib'
import { parseJson } from '../parsing/index.ts'
import { errorOfAnswer, KubeError } from './errors.ts'

/** Largest answer, a page or a single object. etcd itself accepts 1.5 MiB per object. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024
/** Largest body that is read of an answer that reports an error. */
const MAX_ERROR_BYTES = 64 * 1024
/** Size of the pieces in which compressed answers are unpacked. */
const PIECE_BYTES = 256 * 1024

/**
 * Reads the object in an answer.
 *
 * @param asked what was requested, for errors
 * @throws KubeError with what the answer says went wrong
 */
export async function readObject<T>(asked: string, response: IncomingMessage): Promise<T> {
  await requireSuccess(asked, response)
  return parseObject<T>(asked, await readText(asked, response, MAX_ANSWER_BYTES))
}

/**
 * Reads the text of an answer that is not an object, such as metrics.
 *
 * @throws KubeError with what the answer says went wrong
 */
export async function readPlain(asked: string, response: IncomingMessage): Promise<string> {
  await requireSuccess(asked, response)
  return await readText(asked, response, MAX_ANSWER_BYTES)
}

/**
 * Returns if the answer is a success, and then leaves its body unread.
 *
 * @throws KubeError with what the answer says went wrong
 */
export async function requireSuccess(asked: string, response: IncomingMessage): Promise<void> {
  const { statusCode: status = 0, headers } = response
  if (status >= 200 && status < 300) return
  const text = await readText(asked, response, MAX_ERROR_BYTES)
  throw errorOfAnswer(asked, { status, text, retryAfter: headers['retry-after'] })
}

/**
 * Parses a text as a JSON object.
 *
 * @throws KubeError `Malformed` if it is not a JSON object, or is nested deeper than any Kubernetes object
 */
export function parseObject<T>(asked: string, text: string): T {
  const object = objectIn(text)
  if (object === undefined) throw malformed(asked, text)
  return object as T
}

function objectIn(text: string): object | undefined {
  try {
    const value = parseJson(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** The error for a text that is not a JSON object. It quotes only the beginning of the text. */
export function malformed(asked: string, text: string): KubeError {
  return new KubeError('Malformed', `${asked}: expected an object in JSON, got ${JSON.stringify(text.slice(0, 60))}`)
}

/**
 * Reads the body with events, because an API server sends a list object by object, and iterating over that many pieces takes longer
 * than parsing them. A compressed body arrives in few large pieces, and the bound applies to its unpacked size.
 */
async function readText(asked: string, response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  const body = response.headers['content-encoding'] === 'gzip' ? unpacked(response) : response
  body.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    chunks.push(chunk)
    if (bytes > maxBytes) {
      body.destroy(new KubeError('TooLarge', `${asked}: the answer is larger than ${maxBytes} bytes`))
    }
  })
  await finished(body)
  return Buffer.concat(chunks, bytes).toString()
}

function unpacked(response: IncomingMessage): Gunzip {
  // Each stream ends the other; an error appears when the unpacked stream is read.
  return pipeline(response, createGunzip({ chunkSize: PIECE_BYTES }), () => {})
}
