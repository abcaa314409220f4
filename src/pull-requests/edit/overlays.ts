import { posix } from 'node:path'
import type { Kustomization } from './kustomizations.ts'

/** An object as it is applied: what an overlay makes of a document. */
export interface Use {
  /** Path of the kustomization that no other one includes. */
  readonly overlay: string
  /** Namespace of the object; undefined if the files do not say it. */
  readonly namespace: string | undefined
  /** Name of the object; undefined if it is not part of the name that is looked for. */
  readonly name: string | undefined
}

/**
 * Every use of a document by overlays, directly or through other kustomizations. Empty for a file that no kustomization lists.
 *
 * @param head name and namespace that the document states
 * @param wantedName name that is looked for, which bounds the number of names to follow
 */
export function usesOf(
  path: string,
  head: Omit<Use, 'overlay'>,
  wantedName: string,
  kustomizations: readonly Kustomization[],
): readonly Use[] {
  const uses: Use[] = []
  const seen = new Set<string>()
  const climb = (included: string, inner: Omit<Use, 'overlay'>): boolean => {
    const users = kustomizations.filter(({ resources, patches }) => resources.has(included) || patches.has(included))
    for (const user of users) {
      const name = inner.name === undefined ? undefined : user.namePrefix + inner.name + user.nameSuffix
      const outer = {
        namespace: user.namespace ?? inner.namespace,
        name: name !== undefined && wantedName.includes(name) ? name : undefined,
      }
      const key = JSON.stringify([user.path, outer])
      if (seen.has(key)) continue
      seen.add(key)
      if (!climb(posix.dirname(user.path), outer)) uses.push({ ...outer, overlay: user.path })
    }
    return users.length > 0
  }
  climb(path, head)
  return uses
}
