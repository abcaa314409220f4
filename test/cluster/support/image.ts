import { join } from 'node:path'
import type { Cluster } from '../harness/index.ts'
import { imageRoot } from './image-root.ts'

/** Values of the chart that have Pods run what `loadPlimsoll` has loaded. */
export const IMAGE_VALUES = { image: { repository: 'plimsoll', tag: 'under-test' } }

/** Makes the image of Plimsoll as a release does, and loads it into the node. */
export async function loadPlimsoll(cluster: Cluster): Promise<void> {
  const root = await imageRoot()
  const { repository, tag } = IMAGE_VALUES.image
  await cluster.image(`${repository}:${tag}`, {
    from: 'node',
    files: { '/app': join(root, 'app'), '/nodejs/bin/node': join(root, 'nodejs', 'bin', 'node') },
    command: ['/nodejs/bin/node', '/app/dist/main.js', 'webhook'],
    user: 65532,
    workingDirectory: '/app',
  })
}
