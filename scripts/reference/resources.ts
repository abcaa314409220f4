import {
  checkpointDefinition,
  experimentDefinition,
  recommendationDefinition,
  sizingPolicyDefinition,
} from '../../src/api/index.ts'
import { head, table } from './markdown.ts'

const ABOUT = `The custom resources of the group \`plimsoll.dev\`, version \`v1alpha1\`. People write \`spec\`; Plimsoll writes \`status\`. The CustomResourceDefinitions are in
\`charts/plimsoll/files/crds\`. \`[]\` in a path stands for each element of a list, and \`*\` for any key. \`kubectl explain sizingpolicy.spec --recursive\` shows the
same in a cluster.`

interface Schema {
  readonly type?: string
  readonly description?: string
  readonly required?: readonly string[]
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
}

interface Definition {
  readonly spec: {
    readonly names: { readonly kind: string; readonly plural: string; readonly shortNames: readonly string[] }
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[]
  }
}

/** How deep the table of a status goes: what is below is for programs, and in the CustomResourceDefinition. */
const STATUS_DEPTH = 3

/** The page of all custom resources, as Markdown. */
export function resourcesPage(): string {
  const definitions = [
    sizingPolicyDefinition(),
    recommendationDefinition(),
    experimentDefinition(),
    checkpointDefinition(),
  ] as unknown as readonly Definition[]
  return [head('the schemas in src/api/', 'Custom resources', ABOUT), ...definitions.map(section)].join('\n')
}

function section({ spec: { names, versions } }: Definition): string {
  const { description = '', properties = {} } = versions.find(({ name }) => name === 'v1alpha1')!.schema.openAPIV3Schema
  const short = names.shortNames.length > 0 ? `, short ${names.shortNames.map((name) => `\`${name}\``).join(', ')}` : ''
  const parts = (['spec', 'status'] as const).flatMap((part) => {
    const schema = properties[part]
    if (!schema) return []
    const rows = fields(schema, part, part === 'status' ? STATUS_DEPTH : Number.POSITIVE_INFINITY)
    return [`### ${names.kind}: ${part}\n\n${table([['field', 'type', 'what it is'], ...rows])}\n`]
  })
  return [`## ${names.kind}\n\n${description} (\`${names.plural}.plimsoll.dev\`${short})\n`, ...parts].join('\n')
}

function fields(schema: Schema, prefix: string, depth: number): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}.${name}`
    const isRequired = schema.required?.includes(name) ?? false
    const choices = field.enum ? ` One of ${field.enum.map((choice) => `\`${String(choice)}\``).join(', ')}.` : ''
    const own = [
      `\`${path}\``,
      `${typeOf(field)}${isRequired ? ', required' : ''}`,
      (field.description ?? '') + choices,
    ]
    return [own, ...(depth > 1 ? nested(field, path, depth - 1) : [])]
  })
}

function nested(field: Schema, path: string, depth: number): string[][] {
  if (field.items) return nested(field.items, `${path}[]`, depth)
  if (typeof field.additionalProperties === 'object') return nested(field.additionalProperties, `${path}.*`, depth)
  return fields(field, path, depth)
}

function typeOf({ type, items }: Schema): string {
  if (items) return `list of ${typeOf(items)}`
  return type ?? 'any'
}
