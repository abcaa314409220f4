import type { Outcome } from './drive.ts'

/** Whether running Pods can be resized at all; see `ResizeAbility` of the controller. */
export interface Ability {
  /** Whether a resize is worth a request. */
  readonly mayTry: boolean
  /** Takes in that a Pod was resized. */
  resized(): void
  /** Takes in that no Pod can be resized. @param why for people */
  unable(why: object): void
}

/** Takes in what came of a step. */
export function noteAbility(ability: Ability, outcome: Outcome): void {
  if (outcome.is === 'resized') ability.resized()
  if (outcome.is === 'unable') ability.unable({ why: outcome.why, message: outcome.message })
}
