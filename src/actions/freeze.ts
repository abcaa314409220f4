import { FREEZE_ANNOTATION, FREEZE_UNTIL_ANNOTATION } from '../fleet/index.ts'
import { NAMESPACES } from '../kube/index.ts'
import type { Actor } from './actor.ts'
import type { ActionOptions } from './decide.ts'

/**
 * Freezes a namespace: changes pause, and the applied values stay. Freezing Plimsoll's own namespace freezes the
 * cluster. Without `until`, the freeze lasts until it is ended.
 *
 * @throws KubeError if the API server refuses
 */
export async function freeze(
  actor: Actor,
  namespace: string,
  { reason = '', until, dryRun = false }: Omit<ActionOptions, 'revision'>,
): Promise<void> {
  await annotate(actor, namespace, { [FREEZE_ANNOTATION]: reason, [FREEZE_UNTIL_ANNOTATION]: until ?? null }, dryRun)
}

/** Ends the freeze of a namespace. @throws KubeError if the API server refuses */
export async function unfreeze(actor: Actor, namespace: string, dryRun = false): Promise<void> {
  await annotate(actor, namespace, { [FREEZE_ANNOTATION]: null, [FREEZE_UNTIL_ANNOTATION]: null }, dryRun)
}

async function annotate(
  { client, fieldManager }: Actor,
  name: string,
  annotations: Readonly<Record<string, string | null>>,
  dryRun: boolean,
): Promise<void> {
  await client.mergePatch(NAMESPACES, { name }, { metadata: { annotations } }, { dryRun, fieldManager })
}
