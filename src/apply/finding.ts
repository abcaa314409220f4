import type { ReasonCode } from '../policy/index.ts'

/** Why a Pod does not have its target values, as of the last look. */
export interface Finding {
  readonly reason: ReasonCode
  readonly message?: string | undefined
}
