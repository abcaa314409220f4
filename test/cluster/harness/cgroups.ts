import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from './until.ts'

const ROOT = '/sys/fs/cgroup'
/** `f_type` of a cgroup v2 file system: statfs(2). */
const CGROUP2 = 0x63677270
/** Weight of cgroup v2 for shares of v1, so that the shares of a process, 1024, are the weight of a process, 100. */
function weightOf(shares: number): number {
  return Math.min(10_000, Math.round((shares * 100) / 1024))
}

/** What a kubelet refuses to start without on cgroup v2. */
const NEEDED = ['cpu', 'cpuset', 'memory', 'pids']

export function isCgroup2(): boolean {
  return statfsSync(ROOT).type === CGROUP2
}

/**
 * Makes the cgroup that is a node's root, in every hierarchy of v1 or in the one of v2. The branch for v2 is written from
 * the kernel's documentation and has not been tried on such a machine.
 */
export function makeCgroup(name: string, cpuShares?: number): void {
  if (isCgroup2()) {
    makeCgroup2(name)
    if (cpuShares !== undefined) writeFileSync(join(ROOT, name, 'cpu.weight'), `${weightOf(cpuShares)}`)
    return
  }
  for (const hierarchy of hierarchies()) {
    const group = join(hierarchy, name)
    mkdirSync(group, { recursive: true })
    // A new group of cgroup v1 has no CPUs and no memory nodes, so it cannot take a process.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (existsSync(join(group, file))) writeFileSync(join(group, file), readFileSync(join(hierarchy, file)))
    }
    const shares = join(group, 'cpu.shares')
    if (cpuShares !== undefined && existsSync(shares)) writeFileSync(shares, `${cpuShares}`)
  }
}

function makeCgroup2(name: string): void {
  const group = join(ROOT, name)
  mkdirSync(group, { recursive: true })
  const controllers = (directory: string) =>
    readFileSync(join(directory, 'cgroup.controllers'), 'utf8').trim().split(' ')
  for (const controller of controllers(ROOT)) {
    try {
      writeFileSync(join(ROOT, 'cgroup.subtree_control'), `+${controller}`)
    } catch {
      // A controller that cannot be delegated is reported below if a kubelet needs it.
    }
  }
  const there = controllers(group)
  const missing = NEEDED.filter((controller) => !there.includes(controller))
  if (missing.length > 0) {
    throw new Error(
      `cgroup v2 does not hand ${missing.join(', ')} down to ${group}. In a container the processes of the root group are in the way: ` +
        "start it with the host's cgroup namespace, or move them to a separate group first.",
    )
  }
}

/** Removes the cgroup with everything below it; its processes have been killed and may take a moment to go. */
export async function removeCgroup(name: string): Promise<void> {
  if (!existsSync(ROOT)) return
  const groups = (isCgroup2() ? [ROOT] : hierarchies()).map((hierarchy) => join(hierarchy, name))
  await until(`the cgroups ${name} to be empty`, () => {
    for (const group of groups) removeTree(group)
    return groups.every((group) => !existsSync(group))
  })
}

/** Directories only: the files of a cgroup are removed with it. */
function removeTree(group: string): void {
  if (!existsSync(group)) return
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(group, entry.name))
  }
  rmdirSync(group)
}

function hierarchies(): string[] {
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(ROOT, entry.name))
}
