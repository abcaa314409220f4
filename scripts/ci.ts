// npm run ci [-- GROUP…]: runs suites side by side, as many as the processors have room for, and ends with a table of them.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { readOutcome } from './ci/output.ts'
import { nextSteps } from './ci/plan.ts'
import { type Running, startSuite } from './ci/process.ts'
import type { State, Suite } from './ci/suite.ts'
import { allSuites, selected } from './ci/suites.ts'
import { clock, renderReport } from './ci/table.ts'

const ROOT = join(import.meta.dirname, '..')
/** For everything; the CI server ends a run after 90. */
const LIMIT_MINUTES = 75
/** What .ci/run has taken to install what this program takes, in seconds. */
const SECONDS_BEFORE = Number(process.env.PLIMSOLL_CI_SECONDS ?? 0)
const HEARTBEAT_MILLISECONDS = 60_000

// Hundreds of processes of the same programs start in a run: what they compile is kept.
process.env.NODE_COMPILE_CACHE ??= join(ROOT, 'node_modules/.cache/compile')

const suites = choose(process.argv.slice(2))
const states = new Map<string, State>(suites.map(({ name }) => [name, { status: 'waiting' }]))
const running = new Map<string, Running>()
const elapsedSeconds = () => SECONDS_BEFORE + performance.now() / 1000
const say = (text: string) => console.log(`${clock(elapsedSeconds()).padStart(6)}  ${text}`)

const heartbeat = setInterval(() => {
  const names = suites.flatMap(({ name }) => {
    const state = states.get(name)!
    return state.status === 'running' ? `${name} (${clock(elapsedSeconds() - state.sinceSeconds)})` : []
  })
  const waiting = [...states.values()].filter(({ status }) => status === 'waiting').length
  say(`running ${names.join(', ')}; ${waiting} more to come`)
}, HEARTBEAT_MILLISECONDS)
let stopped: string | undefined
const atLimit = setTimeout(
  () => stop(`stopped after ${LIMIT_MINUTES} min`),
  LIMIT_MINUTES * 60_000 - elapsedSeconds() * 1000,
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop(`stopped by ${signal}`))

await new Promise<void>((done) => {
  const go = () => {
    const elapsedMinutes = elapsedSeconds() / 60
    const limitMinutes = stopped ? 0 : LIMIT_MINUTES
    const { start, leaveOut } = nextSteps({
      suites,
      states,
      cores: availableParallelism(),
      elapsedMinutes,
      limitMinutes,
    })
    for (const { suite, why } of leaveOut) {
      states.set(suite.name, { status: 'not run', why: stopped ?? why })
      say(`${suite.name} is not run: ${stopped ?? why}`)
    }
    for (const suite of start) {
      states.set(suite.name, { status: 'running', sinceSeconds: elapsedSeconds() })
      const process = startSuite(suite, ROOT)
      running.set(suite.name, process)
      process.finished.then(({ exitCode, output, seconds, cpuSeconds }) => {
        running.delete(suite.name)
        const outcome = readOutcome(exitCode, output)
        const why = stopped ?? (exitCode === 0 ? undefined : `exit code ${exitCode}`)
        states.set(suite.name, { ...outcome, seconds, cpuSeconds, ...(outcome.status === 'failed' && why && { why }) })
        if (outcome.status === 'failed') console.log(`\n== ${suite.name} failed:\n${output}\n`)
        say(`${suite.name} ${outcome.status} in ${clock(seconds)}`)
        go()
      })
    }
    if (leaveOut.length > 0) go()
    else if (running.size === 0) done()
  }
  go()
})
clearInterval(heartbeat)
clearTimeout(atLimit)
console.log(`\n${renderReport(suites, states, elapsedSeconds())}`)
process.exitCode = [...states.values()].some(({ status }) => status === 'failed') ? 1 : 0

function choose(groups: readonly string[]): Suite[] {
  try {
    return selected(allSuites(ROOT), groups)
  } catch (error) {
    console.error((error as Error).message)
    process.exit(2)
  }
}

function stop(why: string): void {
  stopped ??= why
  say(why)
  for (const process of running.values()) process.stop()
}
