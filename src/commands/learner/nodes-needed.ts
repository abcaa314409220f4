import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Settings } from '../../config/index.ts'
import type { NodeCount } from '../../controller/index.ts'

export type CountNodesData = Pick<Settings, 'runLabels'>

/**
 * Counts nodes in a separate thread, so that the learner continues meanwhile, and its memory is free afterwards.
 *
 * @throws Error if the count fails, or the signal aborts
 */
export async function nodesNeeded({ runLabels }: Settings, signal: AbortSignal): Promise<readonly NodeCount[]> {
  const data: CountNodesData = { runLabels }
  // The program is compiled for the image, and runs as TypeScript from a clone.
  const thread = new Worker(new URL(`count-nodes-thread${extname(import.meta.filename)}`, import.meta.url), {
    workerData: data,
  })
  // After an abort nobody listens any more, and an error without a listener would end the learner.
  thread.on('error', () => {})
  try {
    const [counts] = await Promise.race([
      once(thread, 'message', { signal }),
      once(thread, 'exit', { signal }).then(([code]) => {
        throw new Error(`the thread that counts nodes ended with code ${code}`)
      }),
    ])
    return counts as readonly NodeCount[]
  } finally {
    await thread.terminate()
  }
}
