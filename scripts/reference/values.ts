import { type Schema, valuesSchema } from '../chart/schema.ts'
import { valuesTable } from '../chart/table.ts'
import { isOptional } from '../chart/values.ts'
import { head } from './markdown.ts'

const ABOUT = `Values of the Helm chart, with their defaults. Helm refuses unknown and wrong values before it installs anything, and says what it expected.
Values under \`settings\` are also the fields of the settings file that \`--config\` takes.

\`\`\`
helm show values charts/plimsoll
helm upgrade plimsoll charts/plimsoll --namespace plimsoll --reset-then-reuse-values --set settings.goal=savings
\`\`\``

/** The page of all values of the chart: a table for each of its top-level fields that has several. */
export function valuesPage(): string {
  const { image, ...others } = valuesSchema().properties ?? {}
  const { single, groups } = split(others)
  return [
    head('the schema in src/config/', 'Helm values', ABOUT),
    section('Image, Pods and names', { image: image!, ...single }),
    ...groups.flatMap(([name, field]) =>
      name === 'settings' ? settings(field) : [section(name, { [name]: field }, about(field))],
    ),
  ].join('\n')
}

function settings({ properties = {} }: Schema): string[] {
  const { single, groups } = split(properties)
  return [
    section('settings', { settings: { properties: single } }),
    ...groups.map(([name, field]) =>
      section(`settings.${name}`, { settings: { properties: { [name]: field } } }, about(field)),
    ),
  ]
}

type Fields = Readonly<Record<string, Schema>>

function split(fields: Fields): { readonly single: Fields; readonly groups: readonly (readonly [string, Schema])[] } {
  const all = Object.entries(fields)
  return {
    single: Object.fromEntries(all.filter(([, field]) => !field.properties)),
    groups: all.filter(([, field]) => field.properties),
  }
}

/** Description of a group of values; undefined if it is optional, because then it has its own row. */
function about(field: Schema): string | undefined {
  return isOptional(field) ? undefined : field.description
}

function section(title: string, properties: Fields, heading?: string): string {
  return `## ${title}\n\n${heading ? `${heading}\n\n` : ''}${valuesTable({ properties }, heading)}\n`
}
