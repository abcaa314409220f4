// A webhook as a separate process, for tests that send it signals. Prints its addresses as one line of JSON.

import { endOnSignals } from '../../src/commands/signals.ts'
import { createLogger, createMetrics } from '../../src/telemetry/index.ts'
import { pemFiles, startWebhook } from '../../src/webhook/index.ts'
import { allowed } from '../../src/webhook/review.ts'

const [certFile, keyFile, serveMilliseconds] = process.argv.slice(2)
const webhook = await startWebhook({
  host: '127.0.0.1',
  port: 0,
  opsPort: 0,
  admit: (request) => allowed(request, { reasons: ['NoRecommendation'] }),
  certificate: pemFiles(certFile!, keyFile!),
  snapshot: { isSynced: true, size: 0 },
  metrics: createMetrics(),
  logger: createLogger('info'),
  drainTimes: { serveMilliseconds: Number(serveMilliseconds), closeMilliseconds: 1000 },
})
endOnSignals(webhook)
console.log(JSON.stringify({ url: webhook.url, opsUrl: webhook.opsUrl }))
