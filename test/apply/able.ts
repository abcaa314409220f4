import type { Ability } from '../../src/apply/ability.ts'

/** For those who resize where nothing but single resizes can fail. */
export const ABLE: Ability = { mayTry: true, resized() {}, unable() {} }
