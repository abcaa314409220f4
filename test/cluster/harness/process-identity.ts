import { readdirSync, readFileSync } from 'node:fs'

/** Identifies a process across runs: the kernel reuses ids, but not an id with the same start time. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks since boot, field 22 of /proc/PID/stat (proc_pid_stat(5)). */
  readonly born: string
}

/**
 * Identity of a running process; undefined when there is none with this id, or only a zombie. A process whose first thread
 * is a zombie still runs, and holds its ports, while it has another.
 */
export function identify(pid: number): ProcessIdentity | undefined {
  const fields = statFields(pid)
  if (!fields || (fields[0] === 'Z' && threads(pid) <= 1)) return undefined
  return { pid, born: fields[19]! }
}

export function isAlive({ pid, born }: ProcessIdentity): boolean {
  return identify(pid)?.born === born
}

/** Sends a signal to exactly this process, or does nothing if it has ended. */
export function signal(process_: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isAlive(process_)) return
  try {
    process.kill(process_.pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Fields of /proc/PID/stat from the third (the state). The second is the name, which may contain spaces and brackets. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

function threads(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length
  } catch {
    return 0
  }
}
