import type { Request } from './request-text.ts'
import { nameOf, type WantedWorkload } from './wanted.ts'

interface Options {
  readonly wanted: readonly WantedWorkload[]
  readonly namespace: string
  readonly per: 'workload' | 'namespace'
  readonly prefix: string
  readonly isComplete: boolean
  /** Names of the branches that exist. */
  readonly branches: readonly string[]
}

/**
 * The requests of a namespace: one for each workload, or one for all. Existing branches that are for nothing that is wanted
 * get an empty request, which closes theirs.
 */
export function requestsOf({ wanted, namespace, per, prefix, isComplete, branches }: Options): readonly Request[] {
  const differing = wanted.filter(({ values }) => values.length > 0)
  const namespaceBranch = `${prefix}namespace/${namespace}`
  const workloadBranches = `${prefix}workload/${namespace}/`
  const requests: Request[] =
    per === 'namespace'
      ? [{ branch: namespaceBranch, namespace, workloads: differing }]
      : wanted.map((one) => ({ branch: workloadBranches + branchPart(one), namespace, workloads: [one] }))
  if (!isComplete) return requests
  const known = new Set(requests.map(({ branch }) => branch))
  const obsolete = branches.filter(
    (branch) => !known.has(branch) && (branch === namespaceBranch || branch.startsWith(workloadBranches)),
  )
  return [...requests, ...obsolete.map((branch) => ({ branch, namespace, workloads: [] }))]
}

/** A workload as part of a branch's name. Git allows no name that ends in `.lock`. */
function branchPart({ workload }: WantedWorkload): string {
  return nameOf(workload)
    .replace('/', '-')
    .replace(/\.lock$/, '-lock')
}
