import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { CHART, generatedFiles } from '../../scripts/chart/files.ts'
import { type Schema, valuesSchema } from '../../scripts/chart/schema.ts'
import { withValuesTable } from '../../scripts/chart/table.ts'
import { valuesYaml } from '../../scripts/chart/values.ts'
import { LOG_LEVELS } from '../../src/commands/log-level-option.ts'
import { ChartValues, Settings } from '../../src/config/index.ts'

const read = (name: string) => readFileSync(join(CHART, name), 'utf8')

describe('the chart', () => {
  for (const [name, text] of Object.entries(generatedFiles())) {
    test(`${name} is what "npm run generate" makes of the code`, () => assert.equal(read(name), text))
  }

  test('is of the version that the program is of', () => {
    const { version, appVersion } = parse(read('Chart.yaml'))
    const program = JSON.parse(readFileSync(join(CHART, '..', '..', 'package.json'), 'utf8'))
    assert.equal(version, program.version)
    assert.equal(appVersion, program.version)
  })

  test('is for the Kubernetes that the cluster tests pin as the oldest, and all after it', () => {
    const pins = readFileSync(join(CHART, '..', '..', 'test', 'cluster', 'go', 'oldest', 'go.mod'), 'utf8')
    const [, minor] = /k8s\.io\/kubernetes v1\.(\d+)\./.exec(pins)!
    assert.equal(parse(read('Chart.yaml')).kubeVersion, `>=1.${minor}.0-0`)
  })

  test('values.yaml holds every default of the program, and nothing else', () => {
    const values = parse(read('values.yaml'))
    const { namespace, certificates, ...defaults } = Settings.parse({}) as Record<string, unknown>
    const { certificates: _, ...settings } = ChartValues.parse(values).settings as Record<string, unknown>
    assert.deepEqual(settings, defaults)
    assert.deepEqual(ChartValues.parse(values), ChartValues.parse({}))
  })

  test('logs at no level that the program does not have', () => {
    const { logLevel } = valuesSchema().properties!
    for (const level of logLevel!.enum as string[]) assert.ok((LOG_LEVELS as readonly string[]).includes(level), level)
  })

  test('every value has a description, and values.yaml and table give it', () => {
    const [values, table] = [read('values.yaml').replaceAll(/\n *# /g, ' '), read('README.md')]
    let seen = 0
    const walk = (schema: Schema, path: string) => {
      for (const [name, field] of Object.entries(schema.properties ?? {})) {
        if (!field.properties) {
          assert.match(field.description ?? '', /\.$/, path + name)
          assert.ok(values.includes(field.description!), path + name)
          assert.ok(table.includes(`| \`${path}${name}\` |`), path + name)
          assert.ok(table.includes(field.description!.replaceAll('|', '\\|')), path + name)
          seen++
        }
        walk(field, `${path}${name}.`)
      }
    }
    const { settings, ...others } = valuesSchema().properties!
    // What is only there when somebody gives it has no place in values.yaml, but one in the table.
    const { prometheus, canary, notices, ...usual } = settings!.properties!
    walk({ properties: { ...others, settings: { ...settings, properties: usual } } }, '')
    for (const [group, { properties }] of Object.entries({ prometheus, canary, notices } as Record<string, Schema>))
      for (const name of Object.keys(properties!)) assert.ok(table.includes(`| \`settings.${group}.${name}\` |`))
    assert.ok(seen > 50, `${seen} values`)
  })

  test('the schema admits global and enabled, which charts that depend on it bring, and refuses what it does not know', () => {
    const schema = valuesSchema()
    assert.equal(schema.additionalProperties, false)
    assert.deepEqual(Object.keys(schema.properties!).slice(-2), ['enabled', 'global'])
    assert.doesNotThrow(() => ChartValues.parse({ enabled: true, global: { anything: [1] } }))
    assert.throws(() => ChartValues.parse({ setings: {} }), /setings/)
  })
})

const SCHEMA: Schema = {
  properties: {
    depth: { type: 'number', default: 3, description: `How deep. ${'Deep enough. '.repeat(12).trim()}` },
    hull: {
      description: 'The hull.',
      properties: { paint: { description: 'Its paint.', default: 'red', enum: ['red', 'a|b'] } },
    },
    flag: { description: 'Which flag.', type: 'string' },
    crew: {
      description: 'Who sails.',
      required: ['captain'],
      properties: { captain: { description: 'The captain.' } },
    },
  },
}

test('values.yaml keeps to its width, nests, and comments out what has no default', () => {
  const text = valuesYaml(SCHEMA)
  assert.ok(text.split('\n').every((line) => line.length <= 110))
  assert.deepEqual(parse(text), { depth: 3, hull: { paint: 'red' } })
  assert.match(text, /# Which flag\.\n# flag:\n/)
  assert.match(text, /# Who sails\.\n# crew:\n/)
})

test('the table has a row for each value, with its path, default and choices, and leaves the rest of the text alone', () => {
  const marks = '<!-- values: generated by "npm run generate" -->\nold\n<!-- end of values -->'
  const text = withValuesTable(`before\n${marks}\nafter\n`, SCHEMA)
  assert.ok(text.startsWith('before\n') && text.endsWith('\nafter\n'))
  assert.ok(!text.includes('old'))
  assert.ok(text.includes('| `hull.paint` | `"red"` | Its paint. One of `red`, `a\\|b`. |'))
  assert.ok(text.includes('| `crew.captain` |  | The captain. |'))
  assert.equal(withValuesTable(text, SCHEMA), text)
  assert.throws(() => withValuesTable('no marks', SCHEMA), /lacks the marks/)
})

test('the icon of the chart is that of the dashboard', () => {
  const icon = readFileSync(join(import.meta.dirname, '../../src/dashboard/page/icon.svg'), 'base64')
  assert.equal(parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8')).icon, `data:image/svg+xml;base64,${icon}`)
})
