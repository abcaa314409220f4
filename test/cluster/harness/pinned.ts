/** The core of what is pinned: load generators and what measures, so that they disturb what they load and measure alike. */
const CORE = 0

/** A command and its arguments, for `Processes.start`, that run on one core only. */
export function pinned(command: string, args: readonly string[]): readonly [command: string, args: readonly string[]] {
  return ['taskset', ['--cpu-list', `${CORE}`, command, ...args]]
}
