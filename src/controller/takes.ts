import type { Learner } from '../learner/index.ts'

/** Takes in usage and OOM kills, as the learner does. */
export type Takes = Pick<Learner, 'observe' | 'observeOomKill'>
