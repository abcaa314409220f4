import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Cluster } from '../harness/index.ts'

const SOURCES = join(import.meta.dirname, '..', '..', '..')

/** Values of the chart that have Pods run what `loadPlimsoll` has loaded. */
export const IMAGE_VALUES = { image: { repository: 'plimsoll', tag: 'under-test' } }

/**
 * Makes the image of Plimsoll as a release does, and loads it into the node.
 *
 * @param sources of another version, with its `node_modules`, and the tag that it gets; by default these sources
 */
export async function loadPlimsoll(
  cluster: Cluster,
  { sources = SOURCES, tag = IMAGE_VALUES.image.tag }: { readonly sources?: string; readonly tag?: string } = {},
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-image-'))
  try {
    await promisify(execFile)(process.execPath, [join(sources, 'scripts', 'image-root.ts'), root])
    await cluster.image(`${IMAGE_VALUES.image.repository}:${tag}`, {
      from: 'node',
      files: { '/app': join(root, 'app'), '/nodejs/bin/node': join(root, 'nodejs', 'bin', 'node') },
      command: ['/nodejs/bin/node', '/app/dist/main.js', 'webhook'],
      user: 65532,
      workingDirectory: '/app',
    })
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
