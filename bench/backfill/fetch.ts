// Asks a Prometheus what was asked before, parses the answers and does nothing. `node fetch.ts URL REQUESTS` prints what it took.
import { readFileSync } from 'node:fs'
import { Agent, fetch } from 'undici'

const [url = '', file = ''] = process.argv.slice(2)
const asked = JSON.parse(readFileSync(file, 'utf8')) as string[]
const startedAt = performance.now()
const dispatcher = new Agent({ connections: 1 })
let bytes = 0
for (const path of asked) {
  const text = await (await fetch(url + path, { dispatcher })).text()
  bytes += text.length
  JSON.parse(text)
}
const seconds = (performance.now() - startedAt) / 1000
await dispatcher.destroy()
console.log(JSON.stringify({ seconds, bytes, residentBytes: process.resourceUsage().maxRSS * 1024 }))
