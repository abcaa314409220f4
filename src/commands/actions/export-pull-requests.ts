import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import { namedAs } from '../../actions/index.ts'
import { readRecommendation } from '../../api/index.ts'
import { NoSuchWorkloadError } from '../../explain/index.ts'
import type { KubeClient, KubeObject } from '../../kube/index.ts'
import {
  type ForgeName,
  github,
  gitlab,
  type Outcome,
  parseHelmValues,
  parseRemote,
  Repository,
  synchronize,
  type WantedWorkload,
} from '../../pull-requests/index.ts'
import { RECOMMENDATIONS } from '../../recommendations/index.ts'
import { workloadType } from '../../workloads/index.ts'
import { CommandError } from '../failure.ts'
import { renderLineDiff } from '../terminal/diff.ts'
import { print, printError } from '../terminal/print.ts'
import { PLAIN } from '../terminal/text.ts'
import { asActor, dry } from './as-actor.ts'
import { explained } from './explained.ts'
import type { PullRequestOptions } from './export-options.ts'
import { wantedOf } from './wanted-of.ts'

/** How each server calls the user of a token, and where the token is. */
const FORGES = {
  github: { open: github, user: 'x-access-token', variable: 'GITHUB_TOKEN' },
  gitlab: { open: gitlab, user: 'oauth2', variable: 'GITLAB_TOKEN' },
}
const MAX_MAPPING_BYTES = 1024 * 1024
/** Exit code if a person has to do something: differs from a failure (1) and from wrong usage (2), for scripts. */
const NEEDS_PERSON = 3

/**
 * Proposes what the webhook would inject as pull requests for the manifests, updates those that are open, and closes those with
 * nothing left to change. Exits with 3 if a workload is in no manifest, or somebody else has changed a branch.
 *
 * @throws CommandError if options are wrong or a workload cannot be read; PullRequestError if the server refuses
 */
export async function exportPullRequests(names: readonly string[], options: PullRequestOptions): Promise<void> {
  const { repository: address, per, dryRun = false, base } = options
  if (address === undefined)
    throw new CommandError('--pull-request needs --repository, such as https://github.com/acme/deploy')
  if (per === 'namespace' && names.length > 0)
    throw new CommandError('--per namespace proposes all workloads of the namespace: name none of them')
  const remote = parseRemote(address, options.forge)
  const { open, user } = FORGES[remote.forge]
  const token = await readToken(remote.forge, options.tokenFile)
  const mapping = await readMapping(options.helmValues)
  const prefix = `${options.branchPrefix.replace(/\/+$/, '')}/`
  await asActor(options, async ({ client, namespace }) => {
    const all = names.length > 0 ? names : await sized(client, namespace)
    const isAll = names.length === 0
    const where = { client, namespace, plimsollNamespace: options.plimsollNamespace }
    const { wanted, failed } = await wantedFrom(all, where, isAll)
    const repository = await Repository.fetch({ url: remote.url, user, token }, prefix, base)
    try {
      let refused = 0
      await synchronize({
        ...{ repository, forge: open(remote, token), wanted, namespace, per, prefix, mapping, dryRun },
        path: posix.join('/', options.path).replace(/^\/|\/$/g, ''),
        isComplete: isAll && failed === 0,
        ...(dryRun && { onChange: printChange }),
        onOutcome(outcome) {
          tell(outcome, dryRun)
          if (outcome.did === 'failed') refused++
          if (outcome.did === 'left' || outcome.problems.length > 0) process.exitCode = NEEDS_PERSON
        },
      })
      if (refused > 0) throw new CommandError(`${refused} requests failed, for the reasons above`)
    } finally {
      await repository.close()
    }
    if (failed > 0)
      throw new CommandError(`${failed} of ${all.length} workloads could not be read, for the reasons above`)
  })
}

async function readToken(forge: ForgeName, file: string | undefined): Promise<string> {
  const { variable } = FORGES[forge]
  const token = (file === undefined ? process.env[variable] : await readText(file, '--token-file'))?.trim()
  if (!token) throw new CommandError(`no token: set ${variable}, or give a file with --token-file`)
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new CommandError('the token contains other characters than a token has: expected one line with nothing else')
  return token
}

async function readMapping(file: string | undefined) {
  if (file === undefined) return []
  const text = await readText(file, '--helm-values')
  if (text.length > MAX_MAPPING_BYTES) throw new CommandError(`--helm-values ${file} is larger than 1 MiB`)
  try {
    return parseHelmValues(text, file)
  } catch (cause) {
    throw new CommandError((cause as Error).message, { cause })
  }
}

async function readText(file: string, option: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new CommandError(`${option} ${file} cannot be read: ${cause.code}`, { cause })
  })
}

/** Names of the workloads with a Recommendation that have a manifest. */
async function sized(client: KubeClient, namespace: string): Promise<readonly string[]> {
  const names: string[] = []
  for await (const { items } of client.list<KubeObject>(RECOMMENDATIONS, { namespace })) {
    for (const { spec } of items.map((item) => readRecommendation(item).recommendation))
      if (workloadType(spec.workload.kind)) names.push(namedAs({ namespace, ...spec.workload }).text)
  }
  return names
}

/**
 * What is wanted of each workload that can be read. The others are reported, and stop nothing.
 *
 * @param isAll whether the names are those of Recommendations, which stay for a while when their workloads are deleted
 */
async function wantedFrom(names: readonly string[], where: Parameters<typeof explained>[1], isAll: boolean) {
  // By name, because a person may write one in several ways.
  const wanted = new Map<string, WantedWorkload>()
  let failed = 0
  for (const name of names) {
    try {
      const found = await explained(name, where)
      wanted.set(namedAs(found.workload).text, wantedOf(found))
    } catch (error) {
      if (isAll && error instanceof NoSuchWorkloadError) continue
      failed++
      printError(`${name}: ${error instanceof Error ? error.message : error}`)
    }
  }
  return { wanted: [...wanted.values()], failed }
}

function printChange(path: string, before: string, after: string): void {
  const looks = { ...PLAIN, columns: Number.POSITIVE_INFINITY }
  print(`${path}:\n${renderLineDiff(before.trimEnd().split('\n'), after.trimEnd().split('\n'), looks).trimEnd()}`)
}

function tell({ branch, did, says, problems }: Outcome, dryRun: boolean): void {
  print(`${branch}: ${did === 'nothing' ? '' : `${did}: `}${says}${dry(dryRun)}`)
  for (const problem of problems) printError(problem)
}
