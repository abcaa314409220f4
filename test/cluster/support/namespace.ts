import { type ControlPlane, until } from '../harness/index.ts'
import { MODE_LABEL } from './registration.ts'

/**
 * Makes a namespace that takes Pods at once: Pods are refused until its default service account is there, which comes
 * late, and without controllers never.
 *
 * @param mode value of the label `plimsoll.dev/mode`; undefined: no label
 */
export async function makeNamespace({ apply }: ControlPlane, name: string, mode?: string): Promise<void> {
  const labels = mode === undefined ? {} : { [MODE_LABEL]: mode }
  const made = () =>
    apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } },
    ).then(() => true)
  // If a controller creates the account at the same moment, applying it fails once.
  await until(`the namespace ${name}`, made)
}
