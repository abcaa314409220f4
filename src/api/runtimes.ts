import { z } from 'zod'

const CONTAINER = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

const containers = z
  .array(z.string().regex(CONTAINER, 'expected the name of a container'))
  .min(1)
  .max(32)
  .describe(
    'Names of the containers that run such a program. If their image sets the variable itself, its value is overridden.',
  )
  .meta({ 'x-kubernetes-list-type': 'set' })

const percent = (most: number) => z.int().min(10).max(most)

const NAMES = ['jvm', 'node', 'go'] as const

/** Consent to set the environment variable that makes a heap follow its memory limit: field `runtimes` of a SizingPolicy. */
export const Runtimes = z
  .object({
    jvm: z
      .object({
        containers,
        maxRamPercentage: percent(90).describe('Largest heap, in percent of the memory limit (-XX:MaxRAMPercentage).'),
      })
      .describe('Java: JAVA_TOOL_OPTIONS.')
      .optional(),
    node: z
      .object({
        containers,
        maxOldSpacePercentage: percent(90).describe(
          'Largest old generation, in percent of the memory limit (--max-old-space-size, in MiB).',
        ),
      })
      .describe('Node.js: NODE_OPTIONS.')
      .optional(),
    go: z
      .object({
        containers,
        memLimit: z
          .string()
          .regex(/^([1-8][0-9]|9[0-5])%$/, 'expected 10% to 95%')
          .describe("Soft limit of Go's runtime, in percent of the memory limit, such as 90%."),
      })
      .describe('Go: GOMEMLIMIT.')
      .optional(),
  })
  .describe(
    'Set the environment variable that makes the heap of a program follow its memory limit, unless the author set one: see docs/guides/heaps.md.',
  )
  .meta({
    'x-kubernetes-validations': NAMES.flatMap((a, i) =>
      NAMES.slice(i + 1).map((b) => ({
        rule: `!has(self.${a}) || !has(self.${b}) || !self.${a}.containers.exists(name, name in self.${b}.containers)`,
        message: `a container cannot be in both ${a} and ${b}`,
      })),
    ),
  })
export type Runtimes = z.infer<typeof Runtimes>
