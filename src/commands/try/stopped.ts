import { isDeepStrictEqual } from 'node:util'
import type { ExperimentStatus, OriginalTarget } from '../../api/index.ts'
import { TARGET_TYPES } from '../../experiment-runner/index.ts'
import { type KubeClient, type KubeObject, unlessMissing } from '../../kube/index.ts'

/** Whether the workloads of a stopped and deleted experiment are restored. Its status is gone with it, so the workloads are read. */
export async function stoppedText(
  client: Pick<KubeClient, 'get'>,
  namespace: string,
  originals: ExperimentStatus['originals'],
): Promise<string> {
  // It may have begun since it was last read.
  if (!originals) return 'It was stopped.'
  try {
    const found = await Promise.all(originals.map((original) => differenceOf(client, namespace, original)))
    const differences = found.filter((one) => one !== undefined)
    return differences.length === 0
      ? 'It was stopped, and the workload is restored.'
      : `It was stopped. ${differences.join(' ')}`
  } catch (error) {
    return `It was stopped. Whether the workload was restored could not be read: ${(error as Error).message}`
  }
}

async function differenceOf(
  client: Pick<KubeClient, 'get'>,
  namespace: string,
  { kind, name, uid, spec }: OriginalTarget,
): Promise<string | undefined> {
  const what = `${kind.toLowerCase()}/${name}`
  const of = { namespace, name }
  const now = await client.get<KubeObject & { readonly spec: unknown }>(TARGET_TYPES[kind], of).catch(unlessMissing)
  if (now?.metadata.uid !== uid) return `${what} was deleted meanwhile.`
  if (isDeepStrictEqual(now.spec, JSON.parse(spec))) return undefined
  return `${what} was not restored completely: changes by others were kept. Compare it with its manifest.`
}
