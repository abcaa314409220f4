import type { Actor } from '../../actions/index.ts'

/** What somebody may do with what is pending in a namespace. The API server has the last word. */
export interface Rights {
  /** Reject, hold, resume. */
  readonly decide: boolean
  readonly approve: boolean
}

/** Somebody who is signed in. */
export interface Viewer {
  /** As the API server knows them. */
  readonly name: string
  /** Those of the namespaces that they may see. */
  seen(namespaces: readonly string[]): Promise<ReadonlySet<string>>
  rights(namespace: string): Promise<Rights>
  /** Who decides, with rights of their own; undefined where nothing can be decided. */
  readonly actor: Actor | undefined
}

/** How people come in. */
export interface SignIn {
  /** `link`: by the link that was printed; `token`: by a bearer token of the cluster. */
  readonly way: 'link' | 'token'
  /**
   * @returns what tells, from now on, who that is: undefined as soon as it is no longer accepted. Undefined itself where the
   * secret is not accepted
   * @throws Refusal where that cannot be told
   */
  begin(secret: string): Promise<Admission | undefined>
  /** Who that is, where it was asked a moment ago; asks nobody. */
  known?(secret: string): Viewer | undefined
}

export type Admission = () => Promise<Viewer | undefined>
