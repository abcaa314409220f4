/** Something that people outside the cluster should know about. */
export interface Notice {
  readonly type: 'PendingApproval' | 'RolledBack' | 'StaleHistory'
  /** Message for a person, one sentence. */
  readonly message: string
  readonly workload?: { readonly namespace: string; readonly kind: string; readonly name: string }
  readonly revision?: number
}

/** A notice as it is sent: the body of the request, in JSON. */
export interface Letter extends Notice {
  readonly version: 'v1alpha1'
  /** Identifies the notice: it is the same at each attempt, so that a receiver can detect a repetition. */
  readonly id: string
  /** Time of the event: ISO 8601, UTC. */
  readonly time: string
}
