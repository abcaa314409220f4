// `npm run fuzz`: feeds mutated reviews, cluster objects, answers, histories and manifests to the code, as many in each run. It ends with 1 if something crashes or
// hangs, if a Pod would be refused, or if its QoS class changes; and prints how to repeat that.
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { type Order, type Report, TARGETS } from './worker.ts'

/** CPU time after which a case counts as endless. What takes shorter than this is found, and made smaller, by its own limit. */
const ENDLESS_MILLISECONDS = 10_000
const LOOK_MILLISECONDS = 500
const MEMORY_MEBIBYTES = 1024

const { values: options } = parseArgs({
  options: { seed: { type: 'string' }, times: { type: 'string', default: '1' }, case: { type: 'string' } },
})
const seed = Number(options.seed ?? Math.floor(Math.random() * 2 ** 31))
const times = Number(options.times)
const [, target, number] = /^(\w+):(\d+)$/.exec(options.case ?? '') ?? []
const isUsable = Number.isInteger(seed) && times > 0 && (options.case === undefined || number !== undefined)
if (!isUsable) throw new Error('usage: npm run fuzz -- [--seed=INTEGER] [--times=NUMBER] [--case=TARGET:NUMBER]')

const counts = new Int32Array(new SharedArrayBuffer(8))
const order: Order = {
  seed,
  times,
  only: number === undefined ? undefined : { target: target!, number: Number(number) },
  counts,
}
console.log(`fuzz: seed ${seed}`)
/** Longest input that is printed. The command that repeats the failure has all of it. */
const SHOWN_CHARACTERS = 20_000

const worker = new Worker(new URL('./worker.ts', import.meta.url), {
  workerData: order,
  resourceLimits: { maxOldGenerationSizeMb: MEMORY_MEBIBYTES },
})

worker.on('message', (report: Report) => {
  if ('cases' in report) console.log(`fuzz: ${report.target}: ${report.cases} cases`)
  else
    fail(
      report.target,
      report.number,
      `${report.error}\n\nThe smallest input that was found:\n${report.input.slice(0, SHOWN_CHARACTERS)}`,
    )
})
worker.on('error', (error) => failAsItRan(`the process would have ended: ${error.stack}`))

let seen = 0
let busyAtMilliseconds = 0
const looking = setInterval(async () => {
  const { user, system } = await worker.cpuUsage().catch(() => ({ user: 0, system: 0 }))
  const busyMilliseconds = (user + system) / 1000
  if (seen !== counts[1]) [seen, busyAtMilliseconds] = [counts[1]!, busyMilliseconds]
  if (busyMilliseconds - busyAtMilliseconds < ENDLESS_MILLISECONDS) return
  clearInterval(looking)
  failAsItRan(`no end after ${ENDLESS_MILLISECONDS / 1000} s of CPU time`)
  await worker.terminate()
}, LOOK_MILLISECONDS)
worker.on('exit', () => clearInterval(looking))

/** Reports the case that was running: there is no time to make it smaller. */
function failAsItRan(what: string): void {
  const [target, cases] = counts
  fail(TARGETS[target!]!.name, order.only?.number ?? cases! - 1, what)
}

function fail(target: string, number: number, what: string): void {
  process.exitCode = 1
  console.log(`fuzz: ${target}: case ${number} of seed ${seed} failed\n${what}`)
  console.log(`\nTo repeat it: npm run fuzz -- --seed=${seed} --case=${target}:${number}`)
}
