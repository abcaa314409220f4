import { describeFinding, examine, readInstallation } from '../../doctor/index.ts'
import type { ClusterChoice, KubeClient } from '../../kube/index.ts'
import { clusterClient, version } from '../cluster-client.ts'
import { jsonText, print, printError } from '../terminal/print.ts'

export interface DoctorOptions extends ClusterChoice {
  readonly namespace: string
  readonly output: 'text' | 'json'
}

const FOUND = 1
const COULD_NOT_RUN = 2

/**
 * Prints a line for each check, and sets the exit code: 0 if all is well, 1 if something was found, 2 if the checks
 * could not be run.
 */
export async function runDoctor({ namespace, output, ...choice }: DoctorOptions): Promise<void> {
  let client: KubeClient | undefined
  try {
    client = (await clusterClient(choice)).client
    const findings = examine(await readInstallation({ client, version: version(), namespace }))
    if (output === 'json') print(jsonText({ version: version(), findings }))
    else for (const finding of findings) print(describeFinding(finding))
    process.exitCode = findings.every(({ status }) => status === 'ok') ? 0 : FOUND
  } catch (error) {
    printError(`plimsoll: the checks could not be run: ${(error as Error).message}`)
    process.exitCode = COULD_NOT_RUN
  } finally {
    client?.close()
  }
}
