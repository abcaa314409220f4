import { type ExperimentStatus, type ExperimentTrial, hasEnded } from '../api/index.ts'
import { pause, systemTime, type Time } from '../clock/index.ts'

const LOOK_MILLISECONDS = 2_000
/** How long the API server may be away. */
const MOST_FAILURES = 30

/** What is new since the look before. */
export interface ExperimentLook {
  readonly status: ExperimentStatus
  readonly ended: readonly ExperimentTrial[]
  readonly isNewPhase: boolean
}

/**
 * Looks at an experiment again and again until it has ended. Where it cannot be read for a while, it tries again.
 *
 * @param read undefined where the experiment no longer exists
 * @throws what `read` throws, after half a minute in which nothing else came
 */
export async function* followExperiment(
  read: () => Promise<ExperimentStatus | undefined>,
  { time = systemTime, signal }: { readonly time?: Time; readonly signal?: AbortSignal } = {},
): AsyncGenerator<ExperimentLook> {
  let [shown, phase, failures]: [number, string | undefined, number] = [0, undefined, 0]
  while (!signal?.aborted) {
    let status: ExperimentStatus | undefined
    try {
      status = await read()
      failures = 0
    } catch (error) {
      if (++failures > MOST_FAILURES / (LOOK_MILLISECONDS / 1000)) throw error
      await pause(time, LOOK_MILLISECONDS, signal)
      continue
    }
    if (!status) return
    const trials = status.trials ?? []
    yield { status, ended: trials.slice(shown), isNewPhase: status.phase !== phase }
    ;[shown, phase] = [trials.length, status.phase]
    if (hasEnded(status)) return
    await pause(time, LOOK_MILLISECONDS, signal)
  }
}
