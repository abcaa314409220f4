import { z } from 'zod'
import { ParsingError, parseYaml } from '../../parsing/index.ts'
import { EditProblem } from './problem.ts'

const Entry = z.strictObject({
  workload: z.string().regex(/^[A-Za-z][\w.-]*\/[a-z0-9][-.a-z0-9]*$/, 'expected a name such as deployment/web'),
  namespace: z.string().min(1),
  file: z.string().min(1),
  containers: z.record(
    z.string(),
    z
      .string()
      .regex(/^[^.]+(\.[^.]+)*$/, 'expected keys with points between them, such as web.resources')
      .transform((path) => path.split('.')),
  ),
})

/** Where the values of a Helm chart say the resources of a workload's containers. */
export type HelmValues = z.infer<typeof Entry>

/**
 * Reads a mapping from workloads to Helm values.
 *
 * @param file name of the file, for errors
 * @throws EditProblem if it is no such mapping
 */
export function parseHelmValues(text: string, file: string): readonly HelmValues[] {
  try {
    return z.array(Entry).max(10_000).parse(parseYaml(text))
  } catch (error) {
    if (error instanceof ParsingError) throw new EditProblem(`${file}: ${error.message}`)
    if (error instanceof z.ZodError) throw new EditProblem(`${file}: ${z.prettifyError(error)}`)
    throw error
  }
}
