import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream'
import { finished } from 'node:stream/promises'
import { createGunzip, type Gunzip } from 'node:zlib'
import { errorOfAnswer, KubeError } from './errors.ts'

/** A page, or a single object; etcd itself takes 1.5 MiB per object. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024
const MAX_ERROR_BYTES = 64 * 1024
/** Unpacked at a time. */
const PIECE_BYTES = 256 * 1024

/** The object in an answer; throws what the answer says went wrong. `asked` is for errors. */
export async function readObject<T>(asked: string, response: IncomingMessage): Promise<T> {
  await requireSuccess(asked, response)
  return parseObject<T>(asked, await readText(asked, response, MAX_ANSWER_BYTES))
}

/** The text of an answer that is no object, such as metrics; throws what the answer says went wrong. */
export async function readPlain(asked: string, response: IncomingMessage): Promise<string> {
  await requireSuccess(asked, response)
  return await readText(asked, response, MAX_ANSWER_BYTES)
}

/** Throws unless the answer is a success; its body is untouched then. */
export async function requireSuccess(asked: string, response: IncomingMessage): Promise<void> {
  const { statusCode: status = 0, headers } = response
  if (status >= 200 && status < 300) return
  const text = await readText(asked, response, MAX_ERROR_BYTES)
  throw errorOfAnswer(asked, { status, text, retryAfter: headers['retry-after'] })
}

/** The JSON object that a text is; throws `Malformed` where it is none. */
export function parseObject<T>(asked: string, text: string): T {
  const object = parseJson(text)
  if (object === undefined) throw malformed(asked, text)
  return object as T
}

function parseJson(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** Says how something begins, never all of it. */
export function malformed(asked: string, text: string): KubeError {
  return new KubeError('Malformed', `${asked}: expected an object in JSON, got ${JSON.stringify(text.slice(0, 60))}`)
}

/**
 * By events: an API server sends a list object by object, and iterating over so many pieces takes longer than parsing them. What
 * it compressed comes in few large ones, and is bounded by what it unpacks to.
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
  // Either one ends the other; what went wrong shows in what is read.
  return pipeline(response, createGunzip({ chunkSize: PIECE_BYTES }), () => {})
}
