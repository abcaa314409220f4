import type { KubeObject } from '../../kube/index.ts'
import { type Person, type Target, targetOf } from '../../wishes/index.ts'
import { CommandError } from '../failure.ts'
import { asPerson, dry, FIELD_MANAGER, type PersonOptions } from './as-person.ts'

/** As `kubectl rollout restart` writes it, so that both are seen for the same. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt'

interface Rollable extends KubeObject {
  readonly spec?: {
    readonly paused?: boolean
    readonly updateStrategy?: { readonly type?: string }
  }
}

/** Has the Pods of workloads made anew, by their own rollout settings, so that they get what is applied. */
export async function restart(names: readonly string[], options: PersonOptions): Promise<void> {
  await asPerson(options, async (person) => {
    for (const name of names) {
      const target = targetOf(name, person.namespace)
      console.log(`${target.text}: ${await restartOne(person, target, options.dryRun === true)}${dry(options.dryRun)}`)
    }
  })
}

async function restartOne({ client }: Person, { workload, type, text }: Target, dryRun: boolean): Promise<string> {
  const { kind, namespace, name } = workload
  if (kind === 'CronJob') return 'nothing to restart: its next run gets what is applied'
  if (kind === 'Job' || kind === 'ReplicaSet')
    throw new CommandError(
      `${text}: a ${kind} does not make its Pods anew by itself: delete them, or restart its owner`,
    )
  const { spec } = await client.get<Rollable>(type, { namespace, name })
  if (spec?.paused) throw new CommandError(`${text} is paused: resume it first (kubectl rollout resume ${text})`)
  const now = `${new Date().toISOString().slice(0, 19)}Z`
  const body =
    kind === 'Rollout'
      ? { spec: { restartAt: now } }
      : { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: now } } } } }
  await client.mergePatch(type, { namespace, name }, body, { dryRun, fieldManager: FIELD_MANAGER })
  return spec?.updateStrategy?.type === 'OnDelete'
    ? 'its Pods are made anew as you delete them (updateStrategy OnDelete)'
    : 'its Pods are being made anew'
}
