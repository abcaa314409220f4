import { advise, describeAdvice, helmCommand, surveyCluster } from '../../doctor/index.ts'
import type { ClusterChoice, KubeClient } from '../../kube/index.ts'
import { clusterClient } from '../cluster-client.ts'
import { jsonText, print, printError } from '../terminal/print.ts'

export interface InitOptions extends ClusterChoice {
  readonly namespace: string
  readonly chart: string
  readonly image?: string
  readonly output: 'text' | 'json'
}

const PREVENTED = 1
const COULD_NOT_RUN = 2
const EXAMPLE_IMAGE = 'registry.example.com/plimsoll'

/** Prints what a cluster has and the helm command that fits; sets the exit code as the command's help says. */
export async function runInit({ namespace, chart, image, output, ...choice }: InitOptions): Promise<void> {
  let client: KubeClient | undefined
  try {
    client = (await clusterClient(choice)).client
    const advice = advise(await surveyCluster(client))
    const options = { namespace, chart, image: image ?? (chart.startsWith('oci://') ? undefined : EXAMPLE_IMAGE) }
    if (output === 'json') print(jsonText({ ...advice, command: helmCommand(advice, options) }))
    else print(describeAdvice(advice, options))
    process.exitCode = advice.obstacles.length > 0 ? PREVENTED : 0
  } catch (error) {
    printError(`plimsoll: the cluster could not be read: ${(error as Error).message}`)
    process.exitCode = COULD_NOT_RUN
  } finally {
    client?.close()
  }
}
