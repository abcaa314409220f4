import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { RunningPods } from '../api/index.ts'
import { type KubeClient, type KubeObject, SECRETS } from '../kube/index.ts'
import { parseJson } from '../parsing/index.ts'
import { workloadKey } from '../workloads/index.ts'

/** Largest text that is stored, compressed; a Secret holds 1 MiB. */
const MAX_STORED_BYTES = 1_000_000
/** Largest text that is read, decompressed: at least ten times as large as the stored text. */
const MAX_READ_BYTES = 64 * 1024 * 1024
/** Key of the text in the Secret. */
const KEY = 'pods.json.gz'

interface StoredSecret extends KubeObject {
  readonly data?: Readonly<Record<string, string>> | null
}

/** Secret that the chart creates, and that the learner fills for the dashboard. */
export interface SecretName {
  readonly namespace: string
  readonly name: string
}

/**
 * Publishes the running workloads. If this is too large for a Secret, the history of SLOs is left out first, and then whole workloads;
 * the number of those is published.
 *
 * @throws KubeError if the API server refuses
 */
export async function writeRunningPods(
  client: KubeClient,
  at: SecretName,
  running: RunningPods,
  signal?: AbortSignal,
  maxBytes = MAX_STORED_BYTES,
): Promise<void> {
  const stored = await pack(running, maxBytes)
  const secret = { metadata: { ...at }, data: { [KEY]: stored.toString('base64') } } as KubeObject
  await client.apply(SECRETS, secret, { force: true, signal })
}

/**
 * Reads what the learner has published; undefined if it has published nothing yet.
 *
 * @throws KubeError if the Secret cannot be read; Error if its content is invalid
 */
export async function readRunningPods(
  client: KubeClient,
  at: SecretName,
  signal?: AbortSignal,
): Promise<RunningPods | undefined> {
  const { data } = await client.get<StoredSecret>(SECRETS, at, signal && { signal })
  const stored = data?.[KEY]
  if (!stored) return undefined
  const text = await promisify(gunzip)(Buffer.from(stored, 'base64'), { maxOutputLength: MAX_READ_BYTES })
  return RunningPods.parse(parseJson(text))
}

async function pack({ slos, ...running }: RunningPods, maxBytes: number): Promise<Buffer> {
  if (slos) {
    const packed = await promisify(gzip)(JSON.stringify({ ...running, slos }))
    if (packed.length <= maxBytes) return packed
  }
  const byWorkload = [...Map.groupBy(running.pods, ({ workload }) => workloadKey(workload)).values()]
  let kept = byWorkload.length
  for (;;) {
    const pods = kept === byWorkload.length ? running.pods : byWorkload.slice(0, kept).flat()
    const packed = await promisify(gzip)(JSON.stringify({ ...running, pods, leftOut: byWorkload.length - kept }))
    if (packed.length <= maxBytes || kept === 0) return packed
    // A little less than what would fit if all workloads had the same size, so that few attempts are needed.
    kept = Math.floor(kept * Math.min(0.9, (0.95 * maxBytes) / packed.length))
  }
}
