const BRANCH = 'Plimsoll-Branch'
const TREE = 'Plimsoll-Tree'
const PARENT = 'Plimsoll-Parent'

/** What the message of a commit of Plimsoll says, so that it recognizes the commit later. */
export interface OwnCommit {
  readonly subject: string
  /** Branch that it is for. */
  readonly branch: string
  /** Object name of its tree. */
  readonly tree: string
  /** Object name of its only parent. */
  readonly parent: string
}

/** Message of a commit: a subject, and trailers with its branch, tree and parent. */
export function messageOf({ subject, branch, tree, parent }: OwnCommit): string {
  return `${subject}\n\n${BRANCH}: ${branch}\n${TREE}: ${tree}\n${PARENT}: ${parent}\n`
}

/**
 * Whether a commit is one that Plimsoll made for a branch, and the last one of it. A commit that somebody added, amended, rebased or
 * merged has another tree or other parents than its message says, or no such message.
 *
 * @param raw commit as git stores it: header, blank line, message
 */
export function isOwn(raw: string, branch: string): boolean {
  const [header = '', message = ''] = raw.split(/\n\n(.*)/s)
  const headers = (name: string) => [...header.matchAll(new RegExp(`^${name} (.*)$`, 'gm'))].map(([, value]) => value)
  const trailer = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(message)?.[1]
  const parents = headers('parent')
  return (
    trailer(BRANCH) === branch &&
    trailer(TREE) === headers('tree')[0] &&
    parents.length === 1 &&
    trailer(PARENT) === parents[0]
  )
}
