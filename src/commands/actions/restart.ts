import { restart as restartWorkload, targetOf } from '../../actions/index.ts'
import { print } from '../terminal/print.ts'
import { type ActorOptions, asActor, dry } from './as-actor.ts'

/** Restarts the Pods of workloads, and prints what happens to each workload. */
export async function restart(names: readonly string[], options: ActorOptions): Promise<void> {
  await asActor(options, async (actor) => {
    for (const name of names) {
      const target = targetOf(name, actor.namespace)
      print(`${target.text}: ${await restartWorkload(actor, target, options.dryRun)}${dry(options.dryRun)}`)
    }
  })
}
