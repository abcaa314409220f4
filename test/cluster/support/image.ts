import { join } from 'node:path'
import type { Cluster } from '../harness/index.ts'
import { imageRoot } from './image-root.ts'

/** Chart values for the image of `loadPlimsoll`. */
export const IMAGE_VALUES = { image: { repository: 'plimsoll', tag: 'under-test' } }

/**
 * Makes the image of Plimsoll as a release does, and loads it onto the node.
 *
 * @param other root file system and tag of another version
 */
export async function loadPlimsoll(
  cluster: Cluster,
  other?: { readonly root: string; readonly tag: string },
): Promise<void> {
  const { root, tag } = other ?? { root: await imageRoot(), tag: IMAGE_VALUES.image.tag }
  await cluster.image(`${IMAGE_VALUES.image.repository}:${tag}`, {
    from: 'node',
    files: { '/app': join(root, 'app'), '/nodejs/bin/node': join(root, 'nodejs', 'bin', 'node') },
    command: ['/nodejs/bin/node', '/app/dist/main.js', 'webhook'],
    user: 65532,
    workingDirectory: '/app',
  })
}
