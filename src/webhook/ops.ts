import type { Server } from 'node:http'
import express from 'express'
import { createPlainServer } from '../http/index.ts'
import type { Metrics } from '../telemetry/index.ts'

export interface OpsOptions {
  /** What is missing for this replica to serve, by name, with why; empty when it is ready. */
  readonly missing: () => Readonly<Record<string, string>>
  /** Called before metrics are read, to bring those up to date that are states rather than events. */
  readonly refresh: () => void
  readonly metrics: Metrics
}

/** Probes and metrics, in plain HTTP: on a port of its own, as kubelet and Prometheus bring no client certificate. */
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
