/** What people outside the cluster should hear of. */
export interface Notice {
  readonly type: 'PendingApproval' | 'RolledBack' | 'StaleHistory'
  /** For people. */
  readonly message: string
  readonly workload?: { readonly namespace: string; readonly kind: string; readonly name: string }
  readonly revision?: number
}

/** A notice on its way: the body of the request, in JSON. */
export interface Letter extends Notice {
  readonly version: 'v1alpha1'
  /** The same at each attempt, so that a receiver can tell a repetition. */
  readonly id: string
  /** When it happened: ISO 8601, UTC. */
  readonly time: string
}
