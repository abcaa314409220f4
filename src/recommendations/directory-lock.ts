import { open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Name of a lock file: `lock.<pid>.<start>`. The name contains everything, so there is never a half-written lock. */
const LOCK_NAME = /^lock\.(\d{1,10})\.(\d{1,20})$/

export interface DirectoryLock {
  release(): Promise<void>
}

/** The directory is in use: by another process, or already by this one. */
export class LockedError extends Error {
  override readonly name = 'LockedError'
}

/**
 * Locks a directory for this process. Each process first creates its lock there and then looks for others, so if two try at the same
 * time, at most one succeeds. A lock whose owner no longer runs is removed.
 *
 * It works between processes that see each other's pids, but not between machines or containers that share a volume.
 *
 * @throws LockedError while another live process, or another user in this one, holds the lock
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const own = `lock.${process.pid}.${(await startTime(process.pid)) ?? 0}`
  const path = join(directory, own)
  try {
    await (await open(path, 'wx', 0o600)).close()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new LockedError(`${directory} is already open in this process: close it first, or use another folder`)
  }
  try {
    for (const name of await readdir(directory)) {
      const match = LOCK_NAME.exec(name)
      if (!match || name === own) continue
      const [, pid, start] = match
      if (await isAlive(Number(pid), start!))
        throw new LockedError(`${directory} is in use by process ${pid}: stop that process, or use another folder`)
      await rm(join(directory, name), { force: true })
    }
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
  return { release: () => rm(path, { force: true }) }
}

/** Whether a process still runs. Another process may have its pid by now, so its start time must match, too. */
async function isAlive(pid: number, start: string): Promise<boolean> {
  if (start !== '0') return (await startTime(pid)) === start
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Time at which a process started, in clock ticks since boot (proc(5), field 22 of /proc/pid/stat).
 *
 * @returns undefined if the process is gone or a zombie, or the system has no /proc
 */
async function startTime(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The second field, the command, may hold spaces and parentheses: count from its last one.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' || state === 'X' ? undefined : rest[18]
}
