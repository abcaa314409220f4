import type { EventEmitter } from 'node:events'

const SIGNALS = { SIGTERM: 15, SIGINT: 2 } as const

/**
 * Handles SIGTERM and SIGINT: the first signal drains and then exits, and the second exits immediately, with the exit
 * code of the signal.
 */
export function endOnSignals(
  { drain }: { drain: () => Promise<void> },
  source: Pick<EventEmitter, 'on'> = process,
  exit: (code: number) => void = process.exit,
): void {
  let ending = false
  for (const [signal, number] of Object.entries(SIGNALS)) {
    source.on(signal, () => {
      if (ending) return exit(128 + number)
      ending = true
      drain().then(
        () => exit(0),
        () => exit(1),
      )
    })
  }
}
