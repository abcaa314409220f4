import { readFile } from 'node:fs/promises'
import type { RequestOptions } from 'node:https'
import { delimiter, dirname, resolve } from 'node:path'
import type { KubeConfig, User } from '@kubernetes/client-node'
import { decodeText, parseDocuments } from '../parsing/index.ts'
import type { Access, Credentials } from './credentials.ts'

/**
 * Credentials of a context of one or several kubeconfigs (separated as in $KUBECONFIG): client certificates, tokens,
 * token files, exec plugins, OIDC and proxies. The client library does all of this and is loaded only here, because it
 * takes 0.6 s and 85 MB (docs/decisions/0010).
 *
 * @param context name of the context; by default the current one
 * @throws Error if a file cannot be read, there is no such context, or it names no cluster
 */
export async function kubeconfigCredentials(paths: string, context?: string): Promise<Credentials> {
  const library = await import('@kubernetes/client-node')
  const load = async () => {
    const loaded = await loadFiles(new library.KubeConfig(), () => new library.KubeConfig(), paths)
    if (context !== undefined) loaded.setCurrentContext(context)
    return loaded
  }
  let config = await load()
  if (context !== undefined && !config.getContextObject(context)) throw new Error(noSuchContext(config, paths, context))
  const cluster = config.getCurrentCluster()
  if (!cluster) {
    throw new Error(
      `${paths}: the current context (${config.getCurrentContext() || 'none'}) names no cluster. ` +
        'See `kubectl config get-contexts` and choose one with `kubectl config use-context`.',
    )
  }
  let asking: Promise<Access> | undefined
  return {
    server: cluster.server,
    context: config.getCurrentContext(),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? 'default',
    access() {
      // One plugin at a time: otherwise the first requests would each open a browser window.
      asking ??= accessOf(config).finally(() => {
        asking = undefined
      })
      return asking
    },
    forget() {
      // A file that is being written at this moment is read at the next refusal.
      load().then(
        (fresh) => {
          if (fresh.getCurrentCluster()?.server === cluster.server) config = fresh
        },
        () => {},
      )
    },
  }
}

/** Maximum number of contexts in a message. */
const NAMED = 20

function noSuchContext(config: KubeConfig, paths: string, context: string): string {
  const names = config.getContexts().map(({ name }) => name)
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : ''
  const its = names.length === 0 ? 'It has no contexts.' : `It has ${names.slice(0, NAMED).join(', ')}${more}.`
  return `${paths} has no context ${context}. ${its}`
}

async function accessOf(config: KubeConfig): Promise<Access> {
  const options: RequestOptions = {}
  await config.applyToHTTPSOptions(options)
  const { agent, headers, ca, cert, key, pfx, passphrase, rejectUnauthorized, servername, auth } = options
  const proxied = Boolean(config.getCurrentCluster()?.proxyUrl)
  const given = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername, auth, ...(proxied && { agent }) }
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Access
  return { ...set, headers: { ...(headers as Record<string, string>) } }
}

async function loadFiles(config: KubeConfig, another: () => KubeConfig, paths: string): Promise<KubeConfig> {
  for (const path of paths.split(delimiter).filter(Boolean)) {
    const one = another()
    const text = decodeText(await readFile(path))
    try {
      // Parse it with our bounds first, because the library's own parser has none.
      const [kubeconfig] = parseDocuments(text)
      one.loadFromString(text)
      one.users = one.users.map((user) => withTokenFile(user, kubeconfig?.value, path))
    } catch (error) {
      // Without the cause: parsers quote the invalid line, which may contain a key.
      throw new Error(`${path} is not a kubeconfig (${(error as Error).name}). Check it with \`kubectl config view\`.`)
    }
    one.makePathsAbsolute(dirname(path))
    config.mergeConfig(one, Boolean(config.getCurrentContext()))
  }
  return config
}

/** Supports kubectl's `tokenFile`: the library knows it only under its own spelling, and then reads it only once. */
function withTokenFile(user: User, kubeconfig: unknown, path: string): User {
  const { users } = (kubeconfig ?? {}) as { users?: { name?: string; user?: { tokenFile?: string } }[] }
  const tokenFile = users?.find(({ name }) => name === user.name)?.user?.tokenFile
  if (!tokenFile) return user
  return { ...user, authProvider: { name: 'tokenFile', config: { tokenFile: resolve(dirname(path), tokenFile) } } }
}
