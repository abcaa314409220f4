// Learns a fortnight from a Prometheus as the learner does when it starts. `node learn.ts URL CONTAINERS REQUESTS` prints what it took, and
// writes down what was asked.
import diagnostics from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'
import { inTimeOrder } from '../../src/history/index.ts'
import { createLearner } from '../../src/learner/index.ts'
import { prometheusHistory } from '../../src/prometheus/index.ts'
import { DAYS, END_SECONDS, namespacesFor, STEP_SECONDS } from './series.ts'

const DAY_SECONDS = 86_400
const [url = '', containers = '', file = ''] = process.argv.slice(2)
const asked: string[] = []
diagnostics.subscribe('undici:request:create', (message) => {
  const { request } = message as { readonly request: { readonly path: string } }
  asked.push(request.path)
})

const startedAt = performance.now()
const learner = createLearner()
for (const namespace of namespacesFor(Number(containers))) {
  const source = prometheusHistory({
    url,
    nowSeconds: () => END_SECONDS,
    namespaces: [namespace],
    stepSeconds: STEP_SECONDS,
  })
  for (let day = DAYS; day > 0; day--) {
    const fromSeconds = END_SECONDS - day * DAY_SECONDS
    const window = { fromSeconds, toSeconds: fromSeconds + DAY_SECONDS }
    for await (const samples of inTimeOrder(source.read({ window }))) learner.observe(samples)
  }
}
const seconds = (performance.now() - startedAt) / 1000
writeFileSync(file, JSON.stringify(asked))
const { samples, ignored } = learner.counts
const { maxRSS } = process.resourceUsage()
console.log(JSON.stringify({ seconds, samples, ignored, residentBytes: maxRSS * 1024, requests: asked.length }))
