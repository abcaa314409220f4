import type { Actor } from '../../actions/index.ts'
import type { Workload } from '../../workloads/index.ts'

/** What somebody may do with Recommendations in a namespace. The API server has the last word. */
export interface Rights {
  /** Whether they may reject, hold and resume. */
  readonly decide: boolean
  /** Whether they may approve. */
  readonly approve: boolean
}

/** A person who is signed in. */
export interface Viewer {
  /** Name by which the API server knows the person. */
  readonly name: string
  /** The given namespaces that the person may see. */
  seen(namespaces: readonly string[]): Promise<ReadonlySet<string>>
  rights(namespace: string): Promise<Rights>
  /** Whether the person may restart a workload, and its type, such as `deployments.apps`; undefined if none can be restarted. */
  mayRestart(workload: Workload): Promise<{ readonly may: boolean; readonly type: string } | undefined>
  /** Client for decisions, with the rights of the person; undefined if nothing can be decided. */
  readonly actor: Actor | undefined
}

/** A way to sign in. */
export interface SignIn {
  /** `link` for the link that was printed, `token` for a bearer token of the cluster. */
  readonly way: 'link' | 'token'
  /**
   * Checks a secret.
   *
   * @returns a function that returns who that is, or undefined once the secret is no longer accepted. The result itself
   * is undefined if the secret is not accepted
   * @throws Refusal if that cannot be checked
   */
  begin(secret: string): Promise<Admission | undefined>
  /** The person, if the API server was asked a moment ago; does not ask it again. */
  known?(secret: string): Viewer | undefined
}

export type Admission = () => Promise<Viewer | undefined>
