import { PullRequestError } from './error.ts'

export type ForgeName = 'github' | 'gitlab'

/** A repository on a server with pull requests (GitHub) or merge requests (GitLab). */
export interface Remote {
  readonly forge: ForgeName
  /** Address for git, without credentials. */
  readonly url: string
  /** Base of the REST API, without a slash at the end. */
  readonly api: string
  /** Path of the repository, such as `acme/deploy` or `group/subgroup/deploy`. */
  readonly path: string
}

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost'])

/**
 * Reads the address of a repository. The API of GitHub Enterprise Server is below `/api/v3`, that of GitLab below `/api/v4`.
 *
 * @param forge kind of server; if undefined, it is guessed from the name of the host
 * @throws PullRequestError if the address is not usable, or the kind of server cannot be guessed
 * Source: https://docs.github.com/en/enterprise-server/rest/quickstart, https://docs.gitlab.com/api/rest/
 */
export function parseRemote(address: string, forge?: ForgeName): Remote {
  const url = URL.parse(address)
  const path = url?.pathname.replace(/^\/|\/$|(\.git)?\/?$/g, '')
  if (!url || !path || !/^[\w.-]+(\/[\w.-]+)+$/.test(path) || url.search || url.hash)
    throw new PullRequestError('--repository: expected an address such as https://github.com/acme/deploy')
  if (url.username || url.password)
    throw new PullRequestError(
      '--repository contains credentials: give the token in the environment or with --token-file',
    )
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.has(url.hostname)))
    throw new PullRequestError(
      `--repository: expected https://, because ${url.protocol}// would show the token to the network`,
    )
  const kind = forge ?? guess(url.hostname)
  if (!kind) throw new PullRequestError(`${url.hostname}: say whether it is github or gitlab with --forge`)
  if (kind === 'github' && path.split('/').length !== 2)
    throw new PullRequestError(`--repository: expected an owner and a name, such as acme/deploy, not ${path}`)
  return { forge: kind, url: `${url.origin}/${path}.git`, api: apiOf(kind, url), path }
}

function guess(host: string): ForgeName | undefined {
  if (/(^|\.)github\b/.test(host) || host.endsWith('.ghe.com')) return 'github'
  return /(^|\.)gitlab\b/.test(host) ? 'gitlab' : undefined
}

function apiOf(forge: ForgeName, url: URL): string {
  if (forge === 'gitlab') return `${url.origin}/api/v4`
  if (url.hostname === 'github.com' || url.hostname.endsWith('.ghe.com')) return `https://api.${url.hostname}`
  return `${url.origin}/api/v3`
}
