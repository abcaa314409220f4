import { type Schema, valuesSchema } from '../chart/schema.ts'
import { rowsOf } from '../chart/table.ts'
import { head } from './markdown.ts'

const ABOUT = `Values of the Helm chart, with their defaults. Helm refuses unknown and wrong values before it installs anything, and says what it expected.
Values under \`settings\` are also the fields of the settings file that \`--config\` takes.

\`\`\`
helm show values charts/plimsoll
helm upgrade plimsoll charts/plimsoll --namespace plimsoll --reset-then-reuse-values --set settings.goal=savings
\`\`\``

/** The page of all values of the chart: a table for each of its top-level fields that has several. */
export function valuesPage(): string {
  const { properties = {} } = valuesSchema()
  const single = Object.fromEntries(Object.entries(properties).filter(([, field]) => !field.properties))
  const sections = Object.entries(properties)
    .filter(([, field]) => field.properties)
    .flatMap(([name, field]) => (name === 'settings' ? settings(field) : [section(name, { [name]: field })]))
  return [
    head('the schema in src/config/', 'Helm values', ABOUT),
    section('Image, Pods and names', { image: properties.image!, ...single }),
    ...sections.filter((text) => !text.startsWith('## image\n')),
  ].join('\n')
}

function settings({ properties = {} }: Schema): string[] {
  const groups = Object.entries(properties)
  const single = Object.fromEntries(groups.filter(([, field]) => !field.properties))
  return [
    section('settings', { settings: { properties: single } }),
    ...groups
      .filter(([, field]) => field.properties)
      .map(([name, field]) => section(`settings.${name}`, { settings: { properties: { [name]: field } } })),
  ]
}

function section(title: string, properties: Readonly<Record<string, Schema>>): string {
  return `## ${title}\n\n${['| value | default | what it is |', '|---|---|---|', ...rowsOf({ properties })].join('\n')}\n`
}
