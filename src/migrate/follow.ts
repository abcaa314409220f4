import { pause, systemTime, type Time } from '../clock/index.ts'
import type { Plan } from './plan/plan.ts'

const LOOK_MILLISECONDS = 5_000

/**
 * Plans again and again while workloads wait to be known well enough, until none does or the time has passed. The caller carries out
 * each plan.
 */
export async function* followPlans(
  plan: () => Promise<Plan>,
  milliseconds: number,
  time: Time = systemTime,
): AsyncGenerator<Plan> {
  const end = time.elapsed() + milliseconds
  while (time.elapsed() < end) {
    await pause(time, LOOK_MILLISECONDS)
    const next = await plan()
    yield next
    if (!next.rows.some(({ outcome }) => outcome === 'waits')) return
  }
}
