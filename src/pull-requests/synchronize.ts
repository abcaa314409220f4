import { type Edits, editFiles } from './edit/edit-files.ts'
import type { Files } from './edit/files.ts'
import type { HelmValues } from './edit/helm-values.ts'
import { Manifests } from './edit/manifests.ts'
import { EndOfRunError, PullRequestError } from './error.ts'
import type { Forge, PullRequest } from './forge/forge.ts'
import { type Branch, type Repository, StaleBranchError } from './git/repository.ts'
import { bodyOf, digestOf, markedValues, obsoleteBody, type Request, titleOf } from './request-text.ts'
import { requestsOf } from './requests-of.ts'
import type { WantedWorkload } from './wanted.ts'

export interface SynchronizeOptions {
  readonly repository: Repository
  readonly forge: Forge
  readonly wanted: readonly WantedWorkload[]
  readonly namespace: string
  readonly per: 'workload' | 'namespace'
  /** Beginning of the names of branches, with a slash at its end. */
  readonly prefix: string
  /** Folder with the manifests, without slashes at its ends; empty for the whole repository. */
  readonly path: string
  readonly mapping: readonly HelmValues[]
  /** Whether `wanted` is everything that is wanted in the namespace: then other requests of the namespace are obsolete. */
  readonly isComplete: boolean
  readonly dryRun: boolean
  /** Called for each file that a new commit changes, with its texts. */
  readonly onChange?: (path: string, before: string, after: string) => void
  /** Called with what became of a request, as soon as it is done. */
  readonly onOutcome: (outcome: Outcome) => void
}

/** What became of one request. */
export interface Outcome {
  readonly branch: string
  readonly did: 'created' | 'updated' | 'unchanged' | 'closed' | 'declined' | 'nothing' | 'left' | 'failed'
  /** For a person: the address of the request, or why it was left alone or failed. */
  readonly says: string
  /** Workloads that it does not contain, each with the reason. */
  readonly problems: readonly string[]
}

/** Most requests that one run opens: a mistake must not flood a repository. The next run continues. */
const MAX_CREATED = 50
/** Most requests that may fail in one run: beyond, the server accepts nothing, or cannot be reached. */
const MAX_FAILED = 5

/**
 * Makes the pull requests of a namespace agree with what is wanted: opens, updates and closes them. It never changes a branch that
 * Plimsoll did not create or that somebody else has changed. A second call changes nothing. One that fails does not stop the others.
 *
 * @throws PullRequestError if the server cannot be used
 */
export async function synchronize(options: SynchronizeOptions): Promise<void> {
  const { repository, prefix, path, onOutcome } = options
  const manifests = new Manifests(await repository.files(path), path)
  const branches = await repository.branches(prefix)
  const requests = requestsOf({ ...options, branches: [...branches.keys()] })
  let [created, failed] = [0, 0]
  for (const request of requests) {
    if (created >= MAX_CREATED)
      throw new PullRequestError(
        `one run opens at most ${MAX_CREATED} requests: run again for the others, or use --per namespace`,
      )
    if (failed >= MAX_FAILED) throw new PullRequestError(`${MAX_FAILED} requests failed: the others were not tried`)
    const outcome = await synchronizeOne(options, manifests, branches.get(request.branch), request)
    if (outcome.did === 'created') created++
    if (outcome.did === 'failed') failed++
    onOutcome(outcome)
  }
}

async function synchronizeOne(
  options: SynchronizeOptions,
  manifests: Manifests,
  branch: Branch | undefined,
  request: Request,
): Promise<Outcome> {
  const { forge, repository, mapping } = options
  const { files: changed, problems } = editFiles(manifests, request.workloads, mapping)
  const outcome = (did: Outcome['did'], says: string): Outcome => ({ branch: request.branch, did, says, problems })
  if (branch && !branch.isOwn)
    return outcome('left', 'the branch has commits of somebody else: merge or delete it, or close its request')
  // What cannot be changed now, such as a file that is broken, may be possible again tomorrow: that closes nothing.
  if (changed.size === 0 && (!branch || problems.length > 0))
    return outcome('nothing', problems.length > 0 ? 'nothing can be changed' : 'up to date')
  try {
    const existing = await forge.newest(request.branch, repository.base)
    if (existing?.state === 'open' && !markedValues(existing.body))
      return outcome('left', `${existing.url} was not opened by Plimsoll, or its last line was removed`)
    if (changed.size === 0) return outcome('closed', await close(options, request, branch!, existing))
    if (isDeclined(existing, request))
      return outcome('declined', `${existing!.url} was closed: no request for the same values`)
    const [did, url] = await propose(options, manifests.files, { files: changed, problems }, branch, existing, request)
    return outcome(did, url)
  } catch (error) {
    if (!(error instanceof PullRequestError) || error instanceof EndOfRunError) throw error
    return outcome(error instanceof StaleBranchError ? 'left' : 'failed', error.message)
  }
}

function isDeclined(existing: PullRequest | undefined, request: Request): boolean {
  const marked = existing?.state === 'closed' ? markedValues(existing.body) : undefined
  return marked !== undefined && !marked.isObsolete && marked.values === digestOf(request)
}

async function propose(
  { forge, repository, dryRun, onChange }: SynchronizeOptions,
  before: Files,
  { files: changed, problems }: Edits,
  branch: Branch | undefined,
  existing: PullRequest | undefined,
  request: Request,
): Promise<['created' | 'updated' | 'unchanged', string]> {
  const [title, body] = [titleOf(request), bodyOf(request, problems)]
  const isPushed = branch !== undefined && (await repository.holds(branch, changed))
  if (!isPushed) for (const [path, text] of changed) onChange?.(path, before.get(path)!, text)
  if (!isPushed && !dryRun) await repository.push(request.branch, branch, changed, title)
  if (existing?.state !== 'open') {
    if (dryRun) return ['created', title]
    return ['created', (await forge.create(request.branch, repository.base, title, body)).url]
  }
  // Reasons and confidence change daily. The text follows the values, so that nobody is told of what is the same.
  // What cannot be changed is not in the digest, so the text also follows each commit.
  const isSaid = isPushed && markedValues(existing.body)?.values === digestOf(request)
  if (!isSaid && !dryRun) await forge.update(existing.number, title, body)
  return [isSaid ? 'unchanged' : 'updated', existing.url]
}

async function close(
  { forge, repository, dryRun }: SynchronizeOptions,
  { branch: name }: Request,
  branch: Branch,
  existing: PullRequest | undefined,
): Promise<string> {
  if (!dryRun) {
    // Only the branch has compare and swap: if somebody pushed to it meanwhile, the request stays open too.
    await repository.delete(name, branch)
    if (existing?.state === 'open') await forge.close(existing.number, obsoleteBody(existing.body))
  }
  return existing ? `${existing.url}: nothing to change any more` : 'nothing to change any more'
}
