import type { Outcome } from './drive.ts'

/** Whether running Pods can be resized; see `ResizeAbility` of the controller. */
export interface Ability {
  /** Whether a resize is worth a request. */
  readonly mayTry: boolean
  /** Records that a Pod was resized. */
  resized(): void
  /** Records that no Pod can be resized. @param why for people */
  unable(why: object): void
}

/** Updates the ability after a step. */
export function noteAbility(ability: Ability, outcome: Outcome): void {
  if (outcome.is === 'resized') ability.resized()
  if (outcome.is === 'unable') ability.unable({ why: outcome.why, message: outcome.message })
}
