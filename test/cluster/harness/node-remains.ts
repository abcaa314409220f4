import { existsSync } from 'node:fs'
import { removeCgroup } from './cgroups.ts'
import type { Layout } from './layout.ts'
import { run } from './run.ts'

/** Removes what remains of a node after its processes have ended: the link with its routes, and the cgroups. */
export async function removeNodeRemains(layout: Layout): Promise<void> {
  // The kernel removes the link with the node's network namespace, a moment later.
  if (existsSync(`/sys/class/net/${layout.link}`)) {
    await run('ip', ['link', 'delete', layout.link]).catch((error: Error) => {
      if (existsSync(`/sys/class/net/${layout.link}`)) throw error
    })
  }
  await removeCgroup(layout.cgroup)
}
