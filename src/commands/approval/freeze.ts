import { FREEZE_ANNOTATION, FREEZE_UNTIL_ANNOTATION } from '../../fleet/index.ts'
import { NAMESPACES } from '../../kube/index.ts'
import { timeAfter } from '../../wishes/index.ts'
import { asPerson, dry, FIELD_MANAGER, type PersonOptions } from './as-person.ts'

export interface FreezeOptions extends PersonOptions {
  readonly cluster?: boolean
  readonly plimsollNamespace: string
  readonly reason?: string
  readonly for?: string
  readonly end?: boolean
}

/** Freezes a namespace, or the cluster, or ends that: nothing new is applied in it. */
export async function freeze(options: FreezeOptions): Promise<void> {
  const until = options.for === undefined ? undefined : timeAfter(options.for)
  await asPerson(options, async ({ client, namespace }) => {
    const name = options.cluster ? options.plimsollNamespace : namespace
    const annotations = {
      [FREEZE_ANNOTATION]: options.end ? null : (options.reason ?? ''),
      [FREEZE_UNTIL_ANNOTATION]: options.end ? null : (until ?? null),
    }
    const write = { dryRun: options.dryRun === true, fieldManager: FIELD_MANAGER }
    await client.mergePatch(NAMESPACES, { name }, { metadata: { annotations } }, write)
    const what = options.cluster ? 'the cluster' : `namespace ${name}`
    console.log(
      options.end
        ? `${what}: no longer frozen${dry(options.dryRun)}`
        : `${what}: frozen${until ? ` until ${until}` : ', until kubectl plimsoll freeze --end'}; what is applied stays${dry(options.dryRun)}`,
    )
  })
}
