import { type Command, Option } from 'commander'
import type { ActorOptions } from './as-actor.ts'

/** Options of `plimsoll export --pull-request`. */
export interface PullRequestOptions extends ActorOptions {
  readonly pullRequest: true
  readonly plimsollNamespace: string
  readonly repository?: string
  readonly forge?: 'github' | 'gitlab'
  readonly base?: string
  readonly path: string
  readonly per: 'workload' | 'namespace'
  readonly branchPrefix: string
  readonly helmValues?: string
  readonly tokenFile?: string
}

export function addExportOptions(command: Command): Command {
  return command
    .option('--plimsoll-namespace <name>', 'where Plimsoll is installed', 'plimsoll')
    .option(
      '--pull-request',
      'propose the values as pull requests (GitHub) or merge requests (GitLab), of all workloads of the namespace unless some are named; exits with 3 if some need a person',
    )
    .optionsGroup('With --pull-request:')
    .option('--repository <url>', 'repository with the manifests, such as https://github.com/acme/deploy')
    .addOption(new Option('--forge <kind>', 'kind of server (default: by its name)').choices(['github', 'gitlab']))
    .option('--base <branch>', 'branch to merge into (default: that of the repository)')
    .option('--path <folder>', 'folder with the manifests (default: the whole repository)', '')
    .addOption(
      new Option('--per <what>', 'one request for each').choices(['workload', 'namespace']).default('workload'),
    )
    .option(
      '--branch-prefix <name>',
      'beginning of the names of branches; a different one for each cluster',
      'plimsoll',
    )
    .option('--helm-values <file>', 'where the values of Helm charts say resources')
    .option('--token-file <file>', 'file with the token (default: $GITHUB_TOKEN or $GITLAB_TOKEN)')
    .option('--dry-run', 'print the changes of files, and change nothing')
}
