import type { KubeClient, RequestOptions } from './client.ts'
import { versionPath } from './resource.ts'

/** Whether the API server has `pods/resize` (KEP-1287). @throws KubeError if it does not answer */
export async function servesPodResize(client: Pick<KubeClient, 'text'>, options?: RequestOptions): Promise<boolean> {
  return (await client.text(versionPath('v1'), options)).includes('"pods/resize"')
}
