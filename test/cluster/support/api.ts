import { readFileSync } from 'node:fs'
import { Agent, type AgentOptions, request } from 'node:https'
import type { ControlPlane } from '../harness/index.ts'

export interface Answer {
  readonly status: number
  readonly text: string
  readonly json: unknown
}

const TIMEOUT_MILLISECONDS = 30_000

/** JSON over HTTPS with persistent connections. It does not check requests or responses. */
export class HttpsClient {
  readonly #agent: Agent
  readonly #url: string

  constructor(url: string, tls: AgentOptions) {
    this.#url = url
    this.#agent = new Agent({ keepAlive: true, maxSockets: 32, ...tls })
  }

  /** @param body text is sent unchanged, anything else as JSON */
  async call(method: string, path: string, body?: string | object, contentType = 'application/json'): Promise<Answer> {
    const text = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const options = { method, agent: this.#agent, timeout: TIMEOUT_MILLISECONDS }
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

/**
 * The API server as it is spoken to, with an administrator's rights and no limit to writes: kubectl takes 0.2 s to start, and
 * a client that knows Kubernetes looks at what it is given.
 */
export class Api extends HttpsClient {
  constructor({ url, kubeconfig }: Pick<ControlPlane, 'url' | 'kubeconfig'>) {
    const config = JSON.parse(readFileSync(kubeconfig, 'utf8'))
    const decode = (text: string) => Buffer.from(text, 'base64')
    super(url, {
      ca: decode(config.clusters[0].cluster['certificate-authority-data']),
      cert: decode(config.users[0].user['client-certificate-data']),
      key: decode(config.users[0].user['client-key-data']),
    })
  }
}

/** Runs an action for each item, with limited concurrency, and returns the results in order. */
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
