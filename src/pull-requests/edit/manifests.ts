import { documentsOf } from './documents-of.ts'
import type { Files } from './files.ts'
import type { InlinePatch } from './inline-patches.ts'
import { type Kustomization, kustomizationsOf } from './kustomizations.ts'

/** What a document says that it is. */
export interface Head {
  /** Which document of its file, from 0. */
  readonly index: number
  readonly kind: string
  /** API group; `v1` for the core group. */
  readonly group: string
  readonly name: string
  readonly namespace: string | undefined
}

/** Whether a file is in a folder; each is in the one with the empty name. */
export function isUnder(path: string, folder: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`)
}

/** The manifests of a repository. Each file is parsed at most once, when it is needed first. */
export class Manifests {
  /** Files that may change. */
  readonly files: Files
  readonly kustomizations: readonly Kustomization[]
  /** Patches that are written in kustomizations that may change, by their place. */
  readonly inline: ReadonlyMap<string, InlinePatch>
  readonly #heads = new Map<string, readonly Head[]>()

  /**
   * @param files YAML files, and all kustomizations of the repository: one outside of the folder may share a file of it
   * @param under folder whose files may change, without slashes at its ends; empty for all
   */
  constructor(files: Files, under = '') {
    this.files = new Map([...files].filter(([path]) => isUnder(path, under)))
    this.kustomizations = kustomizationsOf(files)
    const own = this.kustomizations.filter(({ path }) => this.files.has(path))
    this.inline = new Map(own.flatMap(({ inline }) => [...inline]))
  }

  /** Documents of a kind, with the paths of their files, or their places in a kustomization. */
  *ofKind(kind: string): Generator<Head & { readonly path: string }> {
    for (const [path, text] of this.files) {
      if (!text.includes(kind)) continue
      const heads = this.#heads.get(path) ?? headsOf(text)
      this.#heads.set(path, heads)
      for (const head of heads) if (head.kind === kind) yield { ...head, path }
    }
    for (const [path, { text, target }] of this.inline)
      for (const head of headsOf(text).map((head) => ({ ...head, ...target })))
        if (head.kind === kind) yield { ...head, path }
  }
}

interface Manifest {
  readonly apiVersion?: unknown
  readonly kind?: unknown
  readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown } | null
}

function headsOf(text: string): readonly Head[] {
  return documentsOf(text).flatMap((value, index) => {
    const { apiVersion, kind, metadata } = (value ?? {}) as Manifest
    const { name, namespace } = metadata ?? {}
    if (typeof kind !== 'string' || typeof name !== 'string') return []
    const group = String(apiVersion).split('/')[0]!
    return [{ index, kind, group, name, namespace: typeof namespace === 'string' ? namespace : undefined }]
  })
}
