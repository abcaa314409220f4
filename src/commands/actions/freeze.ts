import { freeze as freezeNamespace, timeAfter, unfreeze } from '../../actions/index.ts'
import { print } from '../terminal/print.ts'
import { type ActorOptions, asActor, dry } from './as-actor.ts'

export interface FreezeOptions extends ActorOptions {
  readonly cluster?: boolean
  readonly plimsollNamespace: string
  readonly reason?: string
  readonly for?: string
  readonly end?: boolean
}

/** Freezes a namespace or the cluster, or ends a freeze. */
export async function freeze({
  cluster,
  plimsollNamespace,
  reason,
  end,
  dryRun,
  ...options
}: FreezeOptions): Promise<void> {
  const until = options.for === undefined ? undefined : timeAfter(options.for)
  await asActor(options, async (actor) => {
    const name = cluster ? plimsollNamespace : actor.namespace
    if (end) await unfreeze(actor, name, dryRun)
    else await freezeNamespace(actor, name, { reason, until, dryRun })
    const what = cluster ? 'the cluster' : `namespace ${name}`
    print(
      end
        ? `${what}: no longer frozen${dry(dryRun)}`
        : `${what}: frozen${until ? ` until ${until}` : ', until kubectl plimsoll freeze --end'}; what is applied stays${dry(dryRun)}`,
    )
  })
}
