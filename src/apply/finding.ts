import type { ReasonCode } from '../policy/index.ts'

/** Why a Pod does not have what it should, as it was last found. */
export interface Finding {
  readonly reason: ReasonCode
  readonly message?: string | undefined
}
