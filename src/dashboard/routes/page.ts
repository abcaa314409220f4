import { type Request, type Response, Router } from 'express'
import type { PageFile, PageFiles } from '../page-files.ts'
import { Refusal } from '../refusal.ts'

const FOR_GOOD = 'public, max-age=31536000, immutable'

/**
 * Routes of the page, which is served under the address of each of its views, and of its files. Names of files contain
 * a hash, so a file never changes.
 */
export function pageRoutes({ index, assets }: PageFiles): Router {
  const router = Router()
  router.get(['/', '/approvals', '/experiments', '/workloads/:namespace/:kind/:name'], (request, response) => {
    sendFile(request, response, index)
  })
  router.get('/assets/:name', (request, response) => {
    const file = assets.get(request.params.name)
    if (!file) throw new Refusal('NotFound')
    response.set('cache-control', FOR_GOOD)
    sendFile(request, response, file)
  })
  return router
}

function sendFile(request: Request, response: Response, { type, bytes, gzip }: PageFile): void {
  response.vary('accept-encoding').type(type)
  if (request.acceptsEncodings('gzip') !== 'gzip') response.send(bytes)
  else response.set('content-encoding', 'gzip').send(gzip)
}
