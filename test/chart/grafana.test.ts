// The dashboard for Grafana asks for metrics, labels and values that the product exports, and explains each panel.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_PRICES } from '../../src/config/index.ts'
import { OTHER_NAMESPACES } from '../../src/controller/fleet-totals.ts'
import { asSent, DASHBOARD, LABEL_VALUES, labelsByMetric, QUERIES } from './grafana.ts'

/** Labels that Prometheus adds to what it scrapes. */
const OF_SCRAPES = ['cluster', 'pod', 'instance']
const { panels } = DASHBOARD
const variables = new Map(DASHBOARD.templating.list.map((one) => [one.name, one]))

/** Each metric of an expression, with its matchers. */
function selectorsIn(expr: string) {
  return [...expr.matchAll(/\b([a-z][a-z_]*)\{([^}]*)\}/g)].map(([, name, matchers]) => ({
    name: name!,
    matchers: [...matchers!.matchAll(/([a-z_]+)(=~|!=|=)"([^"]*)"/g)].map(([, label, operator, value]) => ({
      label: label!,
      operator: operator!,
      value: value!,
    })),
  }))
}

test('every query asks for metrics that exist, by labels that they have', () => {
  const known = labelsByMetric()
  for (const { title, expr, legend } of QUERIES) {
    const selectors = selectorsIn(expr)
    assert.ok(selectors.length > 0, title)
    const names = expr.match(/\b(plimsoll|apiserver|process)_[a-z_]+/g) ?? []
    assert.deepEqual(
      names,
      selectors.map(({ name }) => name),
      `${title}: every metric has matchers`,
    )
    for (const { name, matchers } of selectors) {
      const labels = known.get(name)
      assert.ok(labels, `${title}: ${name}`)
      for (const { label } of matchers) assert.ok([...OF_SCRAPES, ...labels].includes(label), `${title}: ${label}`)
    }
    const all = new Set([...OF_SCRAPES, ...selectors.flatMap(({ name }) => known.get(name)!)])
    const grouped = [...expr.matchAll(/\b(?:by|on) \(([^)]+)\)/g)].flatMap(([, list]) => list!.split(', '))
    const named = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!)
    for (const label of [...grouped, ...named]) assert.ok(all.has(label), `${title}: ${label}`)
  }
})

test('every value of a label that a query asks for is one that the product exports', () => {
  let seen = 0
  for (const { title, expr } of QUERIES) {
    for (const { name, matchers } of selectorsIn(expr)) {
      for (const { label, operator, value } of matchers) {
        if (value.startsWith('$')) continue
        const known = label === 'namespace' ? [OTHER_NAMESPACES] : LABEL_VALUES[name]?.[label]
        assert.ok(known, `${title}: nothing is known about ${name}{${label}}`)
        const alternatives = operator === '=~' && !value.includes('(') ? value.split('|') : [value]
        for (const one of alternatives) {
          const matches = operator === '=~' ? (text: string) => new RegExp(`^(?:${one})$`).test(text) : undefined
          assert.ok(matches ? known.some(matches) : known.includes(one), `${title}: ${name}{${label}="${one}"}`)
          seen++
        }
      }
    }
  }
  assert.ok(seen > 30, `${seen} values`)
})

test('every query is about the chosen clusters, and every variable of a query is one of the dashboard', () => {
  for (const { title, expr } of QUERIES) {
    for (const { name, matchers } of selectorsIn(expr))
      assert.ok(
        matchers.some(({ label, value }) => label === 'cluster' && value === '$cluster'),
        `${title}: ${name}`,
      )
    for (const [, variable] of expr.matchAll(/\$(\w+)/g))
      assert.ok(variable === '__rate_interval' || variables.has(variable!), `${title}: $${variable}`)
    assert.ok(!asSent(expr).includes('$'), title)
  }
})

test('the variables are read from metrics that exist, and the prices are those of the report', () => {
  for (const name of ['cluster', 'namespace']) {
    const { query } = variables.get(name) as { query: { query: string } }
    const [, metric, label] = /^label_values\((\w+)(?:\{.*\})?, (\w+)\)$/.exec(query.query)!
    assert.ok(labelsByMetric().has(metric!), metric)
    assert.equal(label, name)
  }
  assert.equal(variables.get('core_hour')?.query, String(DEFAULT_PRICES.coreHour))
  assert.equal(variables.get('gib_hour')?.query, String(DEFAULT_PRICES.gibHour))
})

test('every panel and query reads the chosen data source', () => {
  const chosen = { type: 'prometheus', uid: '$datasource' }
  assert.ok(variables.has('datasource'))
  for (const { title, datasource, targets = [], type } of panels) {
    if (type === 'row') continue
    for (const one of [datasource, ...targets.map((target) => target.datasource)]) assert.deepEqual(one, chosen, title)
  }
})

test('there is a section for each question, and its panels follow it', () => {
  const rows = panels.filter(({ type }) => type === 'row').map(({ title }) => title)
  assert.deepEqual(rows, [
    'Savings',
    'Risks in all namespaces',
    'Decisions in all namespaces',
    'SLOs',
    'Resizes of running Pods',
    'Health of Plimsoll',
  ])
  assert.equal(panels[0]?.type, 'row')
})

test('no two panels overlap, and each says in whole sentences what it shows', () => {
  const taken = new Set<string>()
  const titles = panels.map(({ title }) => title)
  assert.equal(new Set(titles).size, titles.length)
  for (const { title, type, description, gridPos } of panels) {
    if (type !== 'row') assert.match(description ?? '', /^[A-Z].*\.$/, title)
    assert.ok(gridPos.x + gridPos.w <= 24, title)
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.ok(!taken.has(`${x},${y}`), `${title} overlaps another panel`)
        taken.add(`${x},${y}`)
      }
    }
  }
})
