import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Request, Response } from 'express'

/** Length of the shortest JSON that is compressed. */
const WORTH_PACKING = 16 * 1024
const packed = promisify(gzip)

/**
 * Sends JSON, compressed if it is large: thousands of workloads are a megabyte or two, and a tenth of that when
 * compressed.
 */
export async function sendJson(request: Request, response: Response, answer: object): Promise<void> {
  const text = JSON.stringify(answer)
  response.vary('accept-encoding').type('application/json')
  if (text.length < WORTH_PACKING || request.acceptsEncodings('gzip') !== 'gzip') {
    response.send(text)
    return
  }
  const bytes = await packed(text, { level: constants.Z_BEST_SPEED })
  response.set('content-encoding', 'gzip').send(bytes)
}
