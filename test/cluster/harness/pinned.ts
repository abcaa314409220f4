/** The core for load generators and Prometheus, so that they disturb the measured programs equally. */
const CORE = 0
/** Priority over other processes: a load generator that waits for a processor sends late, and then many requests at once. */
const NICENESS = -15

/**
 * A command and its arguments, for `Processes.start`, that run on one core only, before others. Where that is not allowed, `nice` says so
 * and runs it all the same.
 */
export function pinned(command: string, args: readonly string[]): readonly [command: string, args: readonly string[]] {
  return ['nice', ['-n', `${NICENESS}`, 'taskset', '--cpu-list', `${CORE}`, command, ...args]]
}
