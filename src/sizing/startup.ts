import type { Nanos } from '../resources/index.ts'

/** What the leading learner allows and proposes for the startup of a workload's Pods. */
export interface StartupRoom {
  /** The most CPU that a Pod may request with its boost: that of the largest node. */
  readonly upTo: Nanos
  /** Boosts that are proposed, such as `2x`, by container. */
  readonly proposed: ReadonlyMap<string, string>
}
