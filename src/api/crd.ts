import { z } from 'zod'

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number' | 'date'
  readonly jsonPath: string
  readonly description?: string
  /** Above 0, `kubectl get` shows the column only with `-o wide`. */
  readonly priority?: number
}

/** A version of a type: its schema and its columns. */
interface Version {
  readonly description: string
  readonly properties: Readonly<Record<'spec' | 'status', z.ZodType> | Record<'status', z.ZodType>>
  readonly columns: readonly PrinterColumn[]
  /** What must hold for the whole object, in CEL. */
  readonly rules?: readonly { readonly rule: string; readonly message: string }[]
}

/** A version that is served beside the stored one, and has no status subresource. */
export interface FurtherVersion extends Version {
  readonly name: string
}

export interface ResourceDefinition extends Version {
  readonly kind: string
  readonly plural: string
  readonly shortNames: readonly string[]
  readonly further?: FurtherVersion
}

const GROUP = 'plimsoll.dev'
const VERSION = 'v1alpha1'

/**
 * The CustomResourceDefinition of a type, generated from the schema that the code itself uses.
 *
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
 */
export function customResourceDefinition(definition: ResourceDefinition): Record<string, unknown> {
  const { kind, plural, shortNames, further } = definition
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames,
        categories: ['plimsoll'],
      },
      versions: [
        { name: VERSION, served: true, storage: true, subresources: { status: {} }, ...versionOf(definition) },
        ...(further ? [{ name: further.name, served: true, storage: false, ...versionOf(further) }] : []),
      ],
    },
  }
}

function versionOf({ description, properties, columns, rules }: Version) {
  return {
    additionalPrinterColumns: columns,
    schema: {
      openAPIV3Schema: {
        type: 'object',
        description,
        ...('spec' in properties && { required: ['spec'] }),
        ...(rules && { 'x-kubernetes-validations': rules }),
        properties: Object.fromEntries(Object.entries(properties).map(([name, type]) => [name, structural(type)])),
      },
    },
  }
}

/** Converts a schema to OpenAPI as the API server requires it: a structural schema. */
function structural(type: z.ZodType): unknown {
  return z.toJSONSchema(type, {
    target: 'openapi-3.0',
    io: 'input',
    override: ({ jsonSchema }) => {
      // The API server parses times and integers itself; zod's patterns and bounds for them only add weight.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      if (jsonSchema.type === 'integer') jsonSchema.format = 'int64'
      if (jsonSchema['x-kubernetes-int-or-string']) delete jsonSchema.anyOf
    },
  })
}
