import { parseAllDocuments } from 'yaml'
import type { z } from 'zod'
import { ExperimentSpec, SizingPolicySpec } from '../../src/api/index.ts'
import { ChartValues } from '../../src/config/index.ts'

/** A block of YAML on a page. */
interface Example {
  readonly where: string
  readonly text: string
}

/** The YAML of a page: fenced blocks, and indented ones that begin with a key. */
export function examplesOf(page: string, markdown: string): Example[] {
  const found: Example[] = []
  const lines = markdown.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const start = i + 1
    if (lines[i] === '```yaml') {
      const end = lines.indexOf('```', start)
      found.push({ where: `${page}:${start + 1}`, text: lines.slice(start, end).join('\n') })
      i = end
    } else if (/^ {4}[A-Za-z]+:( |$)/.test(lines[i]!)) {
      const block: string[] = []
      for (; /^( {4}|$)/.test(lines[i] ?? 'x'); i++) block.push(lines[i]!.slice(4))
      found.push({ where: `${page}:${start}`, text: block.join('\n') })
    }
  }
  return found
}

/** Why the product would refuse an example, or undefined: of a resource of Plimsoll's, or of Helm values. */
export function whyInvalid(text: string): string | undefined {
  for (const document of parseAllDocuments(text, { uniqueKeys: false })) {
    if (document.errors[0]) return document.errors[0].message
    const [schema, value] = what(document.toJS()) ?? []
    const result = schema?.safeParse(value)
    const problem = result?.error?.issues[0]
    if (problem) return `${problem.path.join('.')}: ${problem.message}`
    const unknown = result && unknownField(value, result.data)
    if (unknown) return `${unknown}: there is no such field`
  }
  return undefined
}

function what(value: Record<string, unknown> | null): [z.ZodType, unknown] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (value.kind === 'SizingPolicy') return [SizingPolicySpec, value.spec]
  if (value.kind === 'Experiment') return [ExperimentSpec, value.spec]
  return Object.keys(value).every((key) => key in ChartValues.shape) ? [ChartValues, value] : undefined
}

/** The first field of a value that its schema has dropped, as the API server would. */
function unknownField(value: unknown, read: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || typeof read !== 'object' || read === null) return undefined
  for (const [name, field] of Object.entries(value)) {
    if (!(name in read)) return name
    const below = unknownField(field, (read as Record<string, unknown>)[name])
    if (below) return `${name}.${below}`
  }
  return undefined
}
