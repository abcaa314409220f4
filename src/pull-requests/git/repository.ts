import { isUtf8 } from 'node:buffer'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Files } from '../edit/files.ts'
import { isKustomization } from '../edit/kustomizations.ts'
import { isUnder } from '../edit/manifests.ts'
import { PullRequestError } from '../error.ts'
import { isOwn, messageOf } from './commit-message.ts'
import { Git, type GitOptions } from './git.ts'

const MAX_FILES = 20_000
const MAX_FILE_BYTES = 512 * 1024
const MAX_TOTAL_BYTES = 64 * 1024 * 1024
/** Who makes the commits. */
const IDENTITY = { NAME: 'Plimsoll', EMAIL: 'bot@plimsoll.dev' }

/** A branch of the remote, as it was fetched. */
export interface Branch {
  readonly commit: string
  /** Whether it is one commit of Plimsoll on top of the base branch, for the same request, and nobody has changed it. */
  readonly isOwn: boolean
  /** Objects of the files that its last commit changes, by path. */
  readonly changed: ReadonlyMap<string, string>
}

/** A new or changed branch is refused because somebody else was faster. */
export class StaleBranchError extends PullRequestError {}

/**
 * A copy of the newest commits of a remote, in a temporary folder, without a work tree. Branches are changed by compare and swap:
 * a push is refused if the branch is not what was fetched.
 */
export class Repository {
  readonly base: string
  readonly #git: Git
  readonly #folder: string
  readonly #url: string
  readonly #baseCommit: string
  readonly #tree: ReadonlyMap<string, Entry>

  private constructor(
    git: Git,
    { folder, url }: Pick<GitOptions, 'folder' | 'url'>,
    base: string,
    baseCommit: string,
    tree: ReadonlyMap<string, Entry>,
  ) {
    this.#git = git
    this.#folder = folder
    this.#url = url
    this.base = base
    this.#baseCommit = baseCommit
    this.#tree = tree
  }

  /**
   * Fetches the base branch and the branches that begin with a prefix.
   *
   * @param base name of the base branch; by default that of the remote
   * @throws PullRequestError if git fails
   */
  static async fetch(
    { url, user, token }: Omit<GitOptions, 'folder'>,
    prefix: string,
    base?: string,
  ): Promise<Repository> {
    const folder = await mkdtemp(join(tmpdir(), 'plimsoll-git-'))
    try {
      const git = new Git({ folder, url, user, token })
      await git.run(['init', '--quiet', '--bare', '--object-format=sha1'])
      await git.run(['check-ref-format', `refs/heads/${prefix}x`])
      const name =
        base ?? /^ref: refs\/heads\/(\S+)\s+HEAD$/m.exec(await git.run(['ls-remote', '--symref', url, 'HEAD']))?.[1]
      if (!name) throw new PullRequestError('the repository has no default branch: give one with --base')
      const refs = [`+refs/heads/${name}:refs/plimsoll-base`, `+refs/heads/${prefix}*:refs/heads/${prefix}*`]
      await git.run(['fetch', '--quiet', '--no-tags', '--depth=2', url, ...refs])
      const commit = await git.run(['rev-parse', 'refs/plimsoll-base'])
      return new Repository(git, { folder, url }, name, commit, await treeOf(git, commit))
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }

  /**
   * Reads the YAML files of a folder of the base branch, and all kustomizations. Links, files above 512 KiB and what is not UTF-8 are
   * left out.
   *
   * @param under folder, without slashes at its ends; empty for all
   * @throws PullRequestError if they are too many, or too large together
   */
  async files(under: string): Promise<Files> {
    const entries = [...this.#tree.values()].filter(
      ({ path, mode, bytes }) =>
        mode.startsWith('100') &&
        bytes <= MAX_FILE_BYTES &&
        (isKustomization(path) || (/\.ya?ml$/.test(path) && isUnder(path, under))),
    )
    const total = entries.reduce((sum, { bytes }) => sum + bytes, 0)
    if (entries.length > MAX_FILES || total > MAX_TOTAL_BYTES)
      throw new PullRequestError(
        `${entries.length} YAML files with ${total >> 20} MiB are more than are read: give the folder with the manifests (--path)`,
      )
    const output = await this.#git.bytes(['cat-file', '--batch'], {
      input: entries.map(({ object }) => `${object}\n`).join(''),
    })
    const files = new Map<string, string>()
    let at = 0
    for (const { path, bytes } of entries) {
      const start = output.indexOf(0x0a, at) + 1
      at = start + bytes + 1
      const content = output.subarray(start, start + bytes)
      if (isUtf8(content)) files.set(path, content.toString('utf8'))
    }
    return files
  }

  /** Branches that were fetched, by name. */
  async branches(prefix: string): Promise<ReadonlyMap<string, Branch>> {
    const listed = await this.#git.run(['for-each-ref', '--format=%(refname:lstrip=2) %(objectname)', 'refs/heads/'])
    const branches = new Map<string, Branch>()
    for (const line of listed.split('\n').filter((line) => line.startsWith(prefix))) {
      const [name, commit] = line.split(' ') as [string, string]
      branches.set(name, await this.#branch(name, commit))
    }
    return branches
  }

  async #branch(name: string, commit: string): Promise<Branch> {
    const raw = await this.#git.run(['cat-file', 'commit', commit])
    if (!isOwn(raw, name)) return { commit, isOwn: false, changed: new Map() }
    const output = await this.#git.run(['diff-tree', '-r', '-z', '--no-renames', `${commit}^`, commit])
    const fields = output.split('\0').filter(Boolean)
    const changed = new Map<string, string>()
    for (let i = 0; i + 1 < fields.length; i += 2) changed.set(fields[i + 1]!, fields[i]!.split(' ')[3]!)
    return { commit, isOwn: true, changed }
  }

  /** Whether the last commit of a branch changes exactly these files, to these texts. */
  async holds(branch: Branch, files: Files): Promise<boolean> {
    if (branch.changed.size !== files.size) return false
    for (const [path, text] of files) if (branch.changed.get(path) !== (await this.#object(text))) return false
    return true
  }

  /**
   * Makes one commit on top of the base branch, and lets the branch be that commit.
   *
   * @param before the branch as it was fetched; undefined if it must not exist
   * @throws StaleBranchError if the branch has changed meanwhile
   */
  async push(name: string, before: Branch | undefined, files: Files, subject: string): Promise<void> {
    const index = { GIT_INDEX_FILE: join(this.#folder, 'plimsoll-index') }
    await this.#git.run(['read-tree', this.#baseCommit], { env: index })
    let lines = ''
    for (const [path, text] of files) lines += `${this.#tree.get(path)!.mode} ${await this.#object(text)}\t${path}\0`
    await this.#git.run(['update-index', '-z', '--index-info'], { env: index, input: lines })
    const tree = await this.#git.run(['write-tree'], { env: index })
    const identity = Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((role) =>
        Object.entries(IDENTITY).map(([key, value]) => [`GIT_${role}_${key}`, value]),
      ),
    )
    const input = messageOf({ subject, branch: name, tree, parent: this.#baseCommit })
    const commit = await this.#git.run(['commit-tree', tree, '-p', this.#baseCommit, '-F', '-'], {
      env: identity,
      input,
    })
    await this.#push(name, before, commit)
  }

  /** Deletes a branch. @throws StaleBranchError if it has changed meanwhile */
  async delete(name: string, before: Branch): Promise<void> {
    await this.#push(name, before, '')
  }

  async #push(name: string, before: Branch | undefined, commit: string): Promise<void> {
    const ref = `refs/heads/${name}`
    const lease = `--force-with-lease=${ref}:${before?.commit ?? ''}`
    try {
      await this.#git.run(['push', '--quiet', lease, this.#url, `${commit}:${ref}`])
    } catch (error) {
      if (
        error instanceof PullRequestError &&
        /stale info|reference already exists|cannot lock ref/.test(error.message) &&
        // A branch such as `plimsoll` leaves no room for `plimsoll/…`.
        !error.message.includes('exists; cannot create')
      )
        throw new StaleBranchError(`${name}: somebody changed the branch meanwhile`, { cause: error })
      throw error
    }
  }

  #object(text: string): Promise<string> {
    return this.#git.run(['hash-object', '-w', '--stdin'], { input: text })
  }
}

interface Entry {
  readonly path: string
  readonly mode: string
  readonly object: string
  readonly bytes: number
}

/** Files of a commit, by path. Those whose path is not UTF-8 are left out. */
async function treeOf(git: Git, commit: string): Promise<ReadonlyMap<string, Entry>> {
  const output = await git.bytes(['ls-tree', '-r', '-z', '-l', commit])
  const entries = output
    .toString('utf8')
    .split('\0')
    .filter((line) => line !== '' && !line.includes('\uFFFD'))
    .map((line) => {
      const [head, path] = line.split(/\t(.*)/s) as [string, string]
      const [mode, , object, size] = head.split(/ +/) as [string, string, string, string]
      return { mode, object, bytes: Number(size) || 0, path }
    })
  return new Map(entries.map((entry) => [entry.path, entry]))
}
