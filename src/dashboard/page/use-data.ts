import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from './api.ts'

export interface Loaded<T> {
  readonly value: T | undefined
  /** Error of the last attempt; undefined if it succeeded. The earlier value is kept. */
  readonly error: ApiError | undefined
  readonly loading: boolean
  readonly again: () => void
}

/** Longest wait after a failure. It applies only if data is reloaded regularly. */
const RETRY_MILLISECONDS = 10_000

/**
 * Loads something, and reloads it every `everyMilliseconds` while the page is visible. A new key aborts a load that is
 * running.
 *
 * @param key what is loaded; values of another key are not kept
 */
export function useData<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  everyMilliseconds?: number,
): Loaded<T> {
  const [state, setState] = useState<{ key: string; value?: T; error?: ApiError; loading: boolean }>({
    key,
    loading: true,
  })
  const [turn, setTurn] = useState(0)
  const loader = useRef(load)
  loader.current = load
  useEffect(() => {
    const leaving = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const attempt = async () => {
      setState((before) => (before.key === key ? { ...before, loading: true } : { key, loading: true }))
      let pause = everyMilliseconds
      try {
        const value = await loader.current(leaving.signal)
        if (!leaving.signal.aborted) setState({ key, value, loading: false })
      } catch (error) {
        if (leaving.signal.aborted) return
        if (pause !== undefined) pause = Math.min(pause, RETRY_MILLISECONDS)
        const known = error instanceof ApiError ? error : new ApiError('Broken', (error as Error).message)
        setState(
          (before) =>
            ({
              ...(before.key === key && { value: before.value }),
              key,
              error: known,
              loading: false,
            }) as typeof before,
        )
      }
      if (pause !== undefined) timer = setTimeout(whenLookedAt, pause)
    }
    const whenLookedAt = () => {
      if (document.visibilityState === 'visible') attempt()
      else document.addEventListener('visibilitychange', whenLookedAt, { once: true })
    }
    attempt()
    return () => {
      leaving.abort()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', whenLookedAt)
    }
  }, [key, everyMilliseconds, turn])
  const again = useCallback(() => setTurn((before) => before + 1), [])
  const isOfKey = state.key === key
  return {
    value: isOfKey ? state.value : undefined,
    error: isOfKey ? state.error : undefined,
    loading: state.loading || !isOfKey,
    again,
  }
}
