import { KubeError } from '../kube/index.ts'

/** Awaits a reading; where it cannot be had, reports that and returns `instead`. */
export type Tolerate = <T>(what: string, reading: Promise<T>, instead: T) => Promise<T>

/**
 * For readings that are left out where they may not be read. What does not exist (404) is left out without a word; errors of other kinds
 * than the API server's are thrown.
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
