// Counts the nodes once and ends: the thread that nodes-needed.ts starts.
import { parentPort, workerData } from 'node:worker_threads'
import { loadSolver } from '../../solver/index.ts'
import { runRules } from '../../workloads/index.ts'
import { clusterClient } from '../cluster-client.ts'
import { countNodes } from './count-nodes.ts'
import type { CountNodesData } from './nodes-needed.ts'

const { runLabels } = workerData as CountNodesData
const { client } = await clusterClient({})
try {
  parentPort!.postMessage(await countNodes(client, runRules(runLabels), await loadSolver()))
} finally {
  client.close()
}
