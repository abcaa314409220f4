import type { Command } from 'commander'

/** Adds the options that say which cluster is meant, as kubectl has them. A kubectl plugin does not get kubectl's own. */
export function addClusterChoice(command: Command): Command {
  return command
    .option('--context <name>', 'context of the kubeconfig (default: its current context)')
    .option('--kubeconfig <file>', 'path of the kubeconfig (default: $KUBECONFIG, or ~/.kube/config)')
}
