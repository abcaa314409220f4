import { z } from 'zod'
import { ChartValues } from '../../src/config/index.ts'

/** The part of JSON Schema that the values take. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly [keyword: string]: unknown
}

/** Of values.yaml; draft 7, which Helm 3 and 4 both read. What no schema can say, templates/_checks.tpl checks. */
export function valuesSchema(): Schema {
  const schema = z.toJSONSchema(ChartValues, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      delete jsonSchema.propertyNames
      // "does not match '^https?://'" says more than "is not a valid uri", and Helm 3 checks no formats.
      if (jsonSchema.format === 'uri') {
        delete jsonSchema.format
        jsonSchema.pattern = '^https?://'
      }
      // An object without a default would hide the defaults of its fields.
      if (jsonSchema.properties) delete jsonSchema.default
    },
  })
  return { ...(schema as Schema), title: 'Values of the Helm chart plimsoll' }
}
