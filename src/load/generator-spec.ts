import { z } from 'zod'
import { LoadError } from './error.ts'
import { Hopeless } from './hopeless.ts'

/** Most requests per second: one process sends so many without being late. */
const MOST_PER_SECOND = 5000
const HOUR_SECONDS = 3600

const Spec = z.object({
  url: z.url({ protocol: /^https?$/ }),
  requestsPerSecond: z.number().positive().max(MOST_PER_SECOND, `at most ${MOST_PER_SECOND} requests per second`),
  arrivals: z.enum(['constant', 'poisson']),
  method: z.string().regex(/^[A-Z]{1,20}$/),
  headers: z.record(z.string(), z.string()),
  body: z.string().optional(),
  durationSeconds: z.number().positive().max(HOUR_SECONDS),
  warmUpSeconds: z.number().min(0).max(HOUR_SECONDS),
  timeoutSeconds: z.number().positive().max(120),
  connections: z.int().min(1).max(5000),
  insecureSkipTlsVerify: z.boolean(),
  /** Ends the load early. */
  hopeless: Hopeless.optional(),
})
/** What the built-in load generator is told, as the argument of `plimsoll load`. */
export type GeneratorSpec = z.infer<typeof Spec>

/** @throws LoadError if the text is not a `GeneratorSpec` in JSON */
export function readGeneratorSpec(text: string): GeneratorSpec {
  try {
    return Spec.parse(JSON.parse(text))
  } catch (cause) {
    const { path, message } = cause instanceof z.ZodError ? cause.issues[0]! : { path: [], message: String(cause) }
    throw new LoadError(`the load cannot run: ${[path.join('.'), message].filter(Boolean).join(': ')}`, { cause })
  }
}
