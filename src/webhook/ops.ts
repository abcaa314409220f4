import type { Server } from 'node:http'
import express from 'express'
import { createPlainServer } from '../http/index.ts'
import type { Metrics } from '../telemetry/index.ts'

export interface OpsOptions {
  /** What keeps this replica from serving, by name, with the reason; empty if it is ready. */
  readonly missing: () => Readonly<Record<string, string>>
  /** Called before metrics are read, to update those that are states rather than events. */
  readonly refresh: () => void
  readonly metrics: Metrics
}

/**
 * Creates the server of probes and metrics in plain HTTP. It has a separate port, because kubelet and Prometheus send no client
 * certificate.
 */
export function createOpsServer({ missing, refresh, metrics: { registry } }: OpsOptions): Server {
  const app = express().disable('x-powered-by').disable('etag')
  app.get('/livez', (_request, response) => {
    response.json({ live: true })
  })
  app.get('/readyz', (_request, response) => {
    const absent = missing()
    const ready = Object.keys(absent).length === 0
    response.status(ready ? 200 : 503).json(ready ? { ready } : { ready, missing: absent })
  })
  app.get('/metrics', async (_request, response) => {
    refresh()
    response.type(registry.contentType).end(await registry.metrics())
  })
  app.use((_request, response) => {
    response.status(404).json({ error: 'NotFound', message: 'served here: GET /livez, /readyz, /metrics' })
  })
  return createPlainServer(app)
}
