import { KubeError } from '../kube/index.ts'

/** Awaits a reading. If the API server refuses it, reports that and returns `instead`. */
export type Tolerate = <T>(what: string, reading: Promise<T>, instead: T) => Promise<T>

/**
 * For readings that may fail. What does not exist (404) is left out without a report; errors that do not come from the API
 * server are thrown.
 */
export function tolerating(onUnreadable: (what: string, error: KubeError) => void): Tolerate {
  return async (what, reading, instead) => {
    try {
      return await reading
    } catch (error) {
      if (!(error instanceof KubeError)) throw error
      if (error.status !== 404) onUnreadable(what, error)
      return instead
    }
  }
}
