import { readFileSync } from 'node:fs'

/** How long the processes of this container were kept from running, because they had used up their CPU limit. */
const CPU_STATS = ['/sys/fs/cgroup/cpu.stat', '/sys/fs/cgroup/cpu/cpu.stat', '/sys/fs/cgroup/cpu,cpuacct/cpu.stat']

/** @returns milliseconds since the container started; undefined where the kernel does not say */
export function readThrottledMilliseconds(read = readText): number | undefined {
  for (const file of CPU_STATS) {
    let text: string
    try {
      text = read(file)
    } catch {
      continue
    }
    const throttled = throttledMilliseconds(text)
    if (throttled !== undefined) return throttled
  }
  return undefined
}

/**
 * @param text `cpu.stat` of cgroup v2 (`throttled_usec`) or v1 (`throttled_time`, in nanoseconds)
 */
function throttledMilliseconds(text: string): number | undefined {
  const microseconds = /^throttled_usec (\d+)$/m.exec(text)?.[1]
  if (microseconds !== undefined) return Number(microseconds) / 1e3
  const nanoseconds = /^throttled_time (\d+)$/m.exec(text)?.[1]
  return nanoseconds === undefined ? undefined : Number(nanoseconds) / 1e6
}

function readText(file: string): string {
  return readFileSync(file, 'utf8')
}
