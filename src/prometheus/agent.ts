import type { Dispatcher } from 'undici'

/** Proxies from the environment, as curl and Go programs use them: Node.js's fetch ignores them by default. */
const PROXIES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'] as const
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Certificate authorities for TLS; those of Node.js if absent. */
export interface Trust {
  readonly ca?: string | Buffer
}

/**
 * Connections to one server: directly, or through the proxy of the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`). This machine
 * is never reached through a proxy. Close it when done.
 */
export async function agentTo(
  url: URL,
  trust: Trust,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent } = await import('undici')
  // One request at a time: HTTP/2 has nothing to give, and gateways differ more in it.
  const options = { connect: trust, connections: 1, allowH2: false }
  const [https, http] = [PROXIES.slice(0, 2), PROXIES.slice(2)].map((names) => firstOf(environment, names))
  if (LOOPBACK.test(url.hostname) || !(https || http)) return new Agent(options)
  return new EnvHttpProxyAgent({
    ...options,
    requestTls: trust,
    httpProxy: http ?? '',
    httpsProxy: https ?? '',
    noProxy: firstOf(environment, ['no_proxy', 'NO_PROXY']) ?? '',
  })
}

function firstOf(environment: NodeJS.ProcessEnv, names: readonly string[]): string | undefined {
  return names.map((name) => environment[name]).find((value) => value)
}
