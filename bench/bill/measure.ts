// Prints what one bill takes: node bench/bill/measure.ts PODS WORKLOADS NODES
import { billOf } from '../../src/nodes/index.ts'
import { loadSolver } from '../../src/solver/index.ts'
import { madeCluster, SCENARIOS } from './cluster.ts'

const [pods, workloads, nodes] = process.argv.slice(2).map(Number) as [number, number, number]
const residentBefore = process.memoryUsage.rss()
const cpuBefore = process.cpuUsage()
const startedAt = performance.now()
const cluster = madeCluster({ pods, workloads, nodes })
const { scenarios } = billOf(cluster, SCENARIOS, await loadSolver())
const { user, system } = process.cpuUsage(cpuBefore)
console.log(
  JSON.stringify({
    seconds: (performance.now() - startedAt) / 1000,
    cpuSeconds: (user + system) / 1e6,
    bytesAbove: process.resourceUsage().maxRSS * 1024 - residentBefore,
    needed: scenarios.map(({ needed }) => needed),
    atLeast: scenarios.map(({ leastCost }) => leastCost),
    leftOut: scenarios.map(({ leftOut }) => leftOut),
  }),
)
