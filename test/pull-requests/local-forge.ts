// A server as GitHub and GitLab are one: git over HTTP, which the real `git http-backend` answers, and the endpoints for pull requests, as
// docs.github.com/en/rest/pulls/pulls and docs.gitlab.com/api/merge_requests describe them.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'

export const TOKEN = 'secret-token-of-a-test'

interface Stored {
  number: number
  head: string
  base: string
  title: string
  body: string
  state: 'open' | 'closed' | 'merged'
}

export interface Asked {
  readonly method: string
  readonly path: string
  readonly body: Record<string, unknown> | undefined
}

/** Something that a request gets instead of its answer. */
export interface Refusal {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

export class LocalForge {
  readonly requests: Stored[] = []
  readonly asked: Asked[] = []
  /** Taken one after another, before anything is answered. */
  readonly refusals: Refusal[] = []
  /** What git sent in this header. */
  readonly authorizations: (string | undefined)[] = []
  readonly folder = mkdtempSync(join(tmpdir(), 'plimsoll-forge-'))
  readonly #bare = join(this.folder, 'acme/deploy.git')
  readonly #work = join(this.folder, 'work')
  url = ''

  /** Starts with one commit of these files on `main`. */
  static async start(t: TestContext, files: Readonly<Record<string, string | Buffer>>): Promise<LocalForge> {
    const forge = new LocalForge()
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', forge.#bare])
    execFileSync('git', ['-C', forge.#bare, 'config', 'http.receivepack', 'true'])
    execFileSync('git', ['init', '-q', '-b', 'main', forge.#work])
    forge.commit('main', files, 'initial')
    const server = createServer((request, response) => {
      const isGit = request.url!.startsWith('/acme/deploy.git/')
      void (isGit ? forge.#git(request, response) : forge.#api(request, response))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    forge.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/acme/deploy`
    t.after(() => {
      server.closeAllConnections()
      server.close()
      rmSync(forge.folder, { recursive: true, force: true })
    })
    return forge
  }

  git(...args: string[]): string {
    const identity = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com']
    return execFileSync('git', ['-C', this.#bare, ...identity, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim()
  }

  /** A commit of a person on a branch, which is created from `main` if it does not exist. */
  commit(branch: string, files: Readonly<Record<string, string | Buffer>>, subject: string): void {
    const parent = this.has(branch) ? [this.head(branch)] : this.has('main') ? [this.head('main')] : []
    const index = join(this.folder, 'index')
    rmSync(index, { force: true })
    const run = (args: string[], input?: string | Buffer) =>
      execFileSync('git', ['-C', this.#bare, '-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', ...args], {
        ...{ encoding: 'utf8', input: input ?? '', env: { ...process.env, GIT_INDEX_FILE: index } },
      }).trim()
    if (parent[0]) run(['read-tree', parent[0]])
    for (const [path, content] of Object.entries(files))
      run(['update-index', '--add', '--cacheinfo', `100644,${run(['hash-object', '-w', '--stdin'], content)},${path}`])
    const tree = run(['write-tree'])
    const commit = run(['commit-tree', tree, ...parent.flatMap((one) => ['-p', one]), '-m', subject])
    this.git('update-ref', `refs/heads/${branch}`, commit)
  }

  has(branch: string): boolean {
    return this.git('for-each-ref', `refs/heads/${branch}`) !== ''
  }

  head(branch: string): string {
    return this.git('rev-parse', `refs/heads/${branch}`)
  }

  file(branch: string, path: string): string {
    return execFileSync('git', ['-C', this.#bare, 'show', `${branch}:${path}`], { encoding: 'utf8' })
  }

  branches(): string[] {
    return this.git('for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads/').split('\n')
  }

  /** What happens when a person merges: the base gets the files of the branch, which stays. */
  merge(number: number): void {
    const request = this.requests.find((one) => one.number === number)!
    this.git('update-ref', `refs/heads/${request.base}`, this.head(request.head))
    request.state = 'merged'
  }

  async #git(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.authorizations.push(request.headers.authorization)
    const [, secret] = Buffer.from(request.headers.authorization?.slice('Basic '.length) ?? '', 'base64')
      .toString()
      .split(':')
    if (secret !== TOKEN) return void response.writeHead(401, { 'www-authenticate': 'Basic' }).end()
    const { pathname, search } = new URL(request.url!, 'http://localhost')
    const cgi = spawn('git', ['http-backend'], {
      env: {
        ...{ PATH: process.env.PATH, GIT_PROJECT_ROOT: this.folder, GIT_HTTP_EXPORT_ALL: '1', REMOTE_USER: 'test' },
        ...{ PATH_INFO: pathname, QUERY_STRING: search.slice(1), REQUEST_METHOD: request.method },
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
    })
    request.pipe(cgi.stdin)
    const chunks: Buffer[] = []
    for await (const chunk of cgi.stdout) chunks.push(chunk as Buffer)
    const output = Buffer.concat(chunks)
    const end = output.indexOf('\r\n\r\n')
    const headers = Object.fromEntries(
      output
        .toString('latin1', 0, end)
        .split('\r\n')
        .map((line) => line.split(/: (.*)/s) as [string, string]),
    )
    const { Status: status, ...others } = headers
    response.writeHead(Number(status?.slice(0, 3) ?? 200), others).end(output.subarray(end + 4))
  }

  async #api(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost')
    const sent = await text(request)
    const body = sent === '' ? undefined : (JSON.parse(sent) as Record<string, unknown>)
    this.asked.push({ method: request.method!, path: request.url!, body })
    const answer = (status: number, value: unknown, headers: Record<string, string> = {}) =>
      void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
    const refusal = this.refusals.shift()
    if (refusal?.headers?.['content-length'])
      return void response.writeHead(200, refusal.headers).write('[', () => response.destroy())
    if (refusal) return answer(refusal.status, refusal.body ?? { message: 'refused' }, refusal.headers)
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return answer(401, { message: 'Bad credentials' })
    // Both close a request whose branch is deleted.
    for (const one of this.requests) if (one.state === 'open' && !this.has(one.head)) one.state = 'closed'
    const [, hub, hubNumber] = /^\/api\/v3\/repos\/acme\/deploy\/pulls(?:\/(\d+))?()$/.exec(pathname)
      ? ['', 'hub', pathname.split('/')[7]]
      : []
    const lab = /^\/api\/v4\/projects\/acme%2Fdeploy\/merge_requests(?:\/(\d+))?$/.exec(pathname)
    if (!hub && !lab) return answer(404, { message: 'Not Found' })
    const shown = (one: Stored) => (hub ? asPull(one) : asMergeRequest(one))
    const number = Number(hub ? hubNumber : lab![1])
    if (request.method === 'GET') {
      const head = hub ? searchParams.get('head')!.replace(/^acme:/, '') : searchParams.get('source_branch')
      const base = searchParams.get(hub ? 'base' : 'target_branch')
      const found = this.requests.filter((one) => one.head === head && one.base === base)
      return answer(
        200,
        found
          .reverse()
          .slice(0, Number(searchParams.get('per_page')))
          .map(shown),
      )
    }
    if (request.method === 'POST') {
      const [head, base] = hub ? [body!.head, body!.base] : [body!.source_branch, body!.target_branch]
      const isOpen = this.requests.some((one) => one.head === head && one.state === 'open')
      if (isOpen || !this.has(String(head))) return answer(hub ? 422 : 409, { message: 'Validation Failed' })
      const one: Stored = {
        ...{ number: this.requests.length + 1, head: String(head), base: String(base), title: String(body!.title) },
        ...{ body: String(hub ? body!.body : body!.description), state: 'open' },
      }
      this.requests.push(one)
      return answer(201, shown(one))
    }
    const one = this.requests.find((one) => one.number === number)
    if (!one || request.method !== (hub ? 'PATCH' : 'PUT')) return answer(404, { message: 'Not Found' })
    one.title = String(body!.title ?? one.title)
    one.body = String((hub ? body!.body : body!.description) ?? one.body)
    if (body!.state === 'closed' || body!.state_event === 'close') one.state = 'closed'
    return answer(200, shown(one))
  }
}

function asPull({ number, state, title, body }: Stored) {
  return {
    ...{ number, title, body, state: state === 'open' ? 'open' : 'closed', html_url: `http://forge/pull/${number}` },
    merged_at: state === 'merged' ? '2026-01-01T00:00:00Z' : null,
  }
}

function asMergeRequest({ number, state, title, body }: Stored) {
  return {
    ...{ iid: number, title, description: body, web_url: `http://forge/pull/${number}` },
    ...{ state: state === 'open' ? 'opened' : state, source_project_id: 7, target_project_id: 7 },
  }
}
