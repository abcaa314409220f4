import { z } from 'zod'
import { Quantity } from './fields.ts'
import { Duration } from './vocabulary.ts'

const CPU = /^([1-9][0-9]?(\.[0-9]{1,2})?x|[0-9]+(\.[0-9]+)?m?|learned)$/

/** More CPU for a container while its Pod starts: field `startup` of a SizingPolicy. */
export const Startup = z
  .object({
    cpu: z
      .union([z.int().min(1).max(1024), z.string().max(32).regex(CPU, 'expected 2x, 2, 1500m or learned')])
      .describe(
        'CPU request while the Pod starts: a multiple such as 2x, an amount such as 2 or 1500m, or learned: the proposal in status.startup of the Recommendation. A CPU limit rises by the same factor.',
      )
      // A structural schema cannot distinguish the two types. A pattern applies to text only.
      .meta({ 'x-kubernetes-int-or-string': true, pattern: CPU.source }),
    until: z.enum(['Ready']).optional().describe('The condition of the Pod that ends its startup: Ready.'),
    plus: Duration.optional().describe('How long the boost stays after that: 30s if absent.'),
    atMost: Duration.optional().describe(
      'Time after the start of a container when the boost is removed in any case: 10m if absent.',
    ),
    limit: z
      .enum(['whereSafe', 'always', 'never'])
      .optional()
      .describe(
        'Whether a CPU limit is raised too. whereSafe (default): not for programs that size their pools by it at startup (JVM, .NET).',
      ),
  })
  .describe('More CPU while a Pod starts. It is removed in place, so it is given only where apply.running allows that.')
export type Startup = z.infer<typeof Startup>

/** What the learner says about startup: field `status.startup` of a Recommendation. */
export const StartupStatus = z
  .object({
    upTo: Quantity.optional().describe(
      'CPU that a Pod may request with its boost: that of the largest node. Without it, no Pod gets a boost.',
    ),
    held: z.string().max(64).optional().describe('Why no Pod gets a boost, as a code: see docs/reference/reasons.md.'),
    containers: z
      .array(
        z.object({
          name: z.string().min(1).max(63),
          seconds: z.int().min(0).max(3600).describe('Duration of its startup, 90th percentile.'),
          cpu: Quantity.optional().describe('Highest CPU usage during startup.'),
          boost: z
            .string()
            .max(8)
            .optional()
            .describe('Proposed boost, because the CPU limit slowed its startup down.'),
        }),
      )
      .max(128)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'atomic' }),
  })
  .describe('Startup of its containers (see startup in SizingPolicy).')
  .meta({ 'x-kubernetes-map-type': 'atomic' })
export type StartupStatus = z.infer<typeof StartupStatus>
