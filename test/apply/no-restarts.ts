import type { RestartApi } from '../../src/apply/index.ts'

const never = () => Promise.reject(new Error('nothing is restarted here'))

/** For appliers that may only resize in place. */
export const NO_RESTARTS: RestartApi = { owner: never, podsOf: never, evict: never, rollOut: never }
