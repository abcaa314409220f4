import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import type { ControlPlane } from '../harness/index.ts'

export interface ApiAnswer {
  readonly status: number
  readonly text: string
  readonly json: unknown
}

/**
 * The API as it is spoken, over connections that are kept: kubectl takes 0.2 s to start, and a client that knows Kubernetes
 * would look at what it is given. Signed in as administrator; writes are not limited.
 */
export class Api {
  readonly #agent: Agent
  readonly #url: string
  readonly #timeoutMilliseconds = 30_000

  constructor({ url, kubeconfig }: ControlPlane) {
    const config = JSON.parse(readFileSync(kubeconfig, 'utf8'))
    const decode = (text: string) => Buffer.from(text, 'base64')
    this.#url = url
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: 32,
      ca: decode(config.clusters[0].cluster['certificate-authority-data']),
      cert: decode(config.users[0].user['client-certificate-data']),
      key: decode(config.users[0].user['client-key-data']),
    })
  }

  /** @param body sent as it is when it is text, else as JSON */
  async call(
    method: string,
    path: string,
    body?: string | object,
    contentType = 'application/json',
  ): Promise<ApiAnswer> {
    const text = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const options = { method, agent: this.#agent, timeout: this.#timeoutMilliseconds }
      const call = request(new URL(path, this.#url), options, async (response) => {
        try {
          const chunks: Buffer[] = []
          for await (const chunk of response) chunks.push(chunk as Buffer)
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() })
        } catch (error) {
          reject(error as Error)
        }
      })
      call.on('timeout', () => call.destroy(new Error(`no answer to ${method} ${path} within 30 s`)))
      call.on('error', reject)
      if (body !== undefined) call.setHeader('content-type', contentType)
      call.end(typeof body === 'object' ? JSON.stringify(body) : body)
    })
    return {
      ...text,
      get json() {
        return JSON.parse(text.text) as unknown
      },
    }
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** Does everything, so many at a time, and returns the results in order. */
export async function inParallel<T, R>(
  items: readonly T[],
  concurrency: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const index = next++
      results[index] = await work(items[index]!, index)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return results
}
