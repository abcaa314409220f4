/** A pull request (GitHub) or merge request (GitLab). */
export interface PullRequest {
  /** Number within the repository. */
  readonly number: number
  readonly state: 'open' | 'closed' | 'merged'
  readonly title: string
  readonly body: string
  /** Address for people. */
  readonly url: string
}

/** The pull requests of one repository. Every method throws PullRequestError if the server refuses or cannot be reached. */
export interface Forge {
  /** The open pull request from a branch of this repository to the base branch, or else the newest; undefined if there was never one. */
  newest(branch: string, base: string): Promise<PullRequest | undefined>
  create(branch: string, base: string, title: string, body: string): Promise<PullRequest>
  update(number: number, title: string, body: string): Promise<void>
  /** Closes it without merging. */
  close(number: number, body: string): Promise<void>
}

/** So many of the newest are looked at: some are from forks (GitLab), or a person closed a second one. */
export const PER_PAGE = '20'

/** @param requests newest first */
export function openOrNewest(requests: readonly PullRequest[]): PullRequest | undefined {
  return requests.find(({ state }) => state === 'open') ?? requests[0]
}
