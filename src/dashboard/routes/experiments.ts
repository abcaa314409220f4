import { Router } from 'express'
import { z } from 'zod'
import { KubeError } from '../../kube/index.ts'
import type { Backing } from '../backing.ts'
import { refusalOf, viewerOf } from '../door/guard.ts'
import { sendJson } from '../door/send.ts'
import { Refusal } from '../refusal.ts'
import type { ExperimentsAnswer } from '../wire.ts'

const Namespace = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
  .optional()

/** The route that returns Experiments, read with the rights of the viewer: those of one namespace, or of all. */
export function experimentRoutes({ experiments }: Pick<Backing, 'experiments'>): Router {
  const router = Router()
  router.get('/experiments', async (request, response) => {
    const namespace = Namespace.safeParse(request.query.namespace || undefined)
    if (!namespace.success) throw new Refusal('Malformed', 'expected ?namespace=staging')
    const read = async (): Promise<ExperimentsAnswer> => {
      if (!experiments) return { experiments: [], whyNone: 'A recording has no experiments.' }
      try {
        return { experiments: await experiments(viewerOf(response), namespace.data) }
      } catch (error) {
        if (!(error instanceof KubeError)) throw error
        if (error.status === 404)
          return {
            experiments: [],
            whyNone: 'The cluster has no Experiments: install the chart with experiments.enabled=true.',
          }
        if (error.status !== 403 || namespace.data !== undefined) throw refusalOf(error)
        return { experiments: [], whyNone: 'You may not see the experiments of all namespaces: choose one.' }
      }
    }
    await sendJson(request, response, await read())
  })
  return router
}
