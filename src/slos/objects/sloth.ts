import { whyNotCountable } from '../promql.ts'
import type { StatedObjective } from './pyrra.ts'
import { at, budgetOf, SloObjectError, textAt } from './read.ts'

/** Sloth's own default: its specs do not state a window (flag `--default-slo-period`). */
const PERIOD_SECONDS = 30 * 86_400

/**
 * Reduces one SLO of a `PrometheusServiceLevel` of Sloth to bad and total requests.
 *
 * Source: pkg/kubernetes/api/sloth/v1/types.go of slok/sloth
 *
 * @param name which SLO, where the object has several
 * @throws SloObjectError if it cannot be reduced
 */
export function readSloth(spec: unknown, name: string | undefined): StatedObjective {
  const slos = at(spec, 'slos')
  if (!Array.isArray(slos) || slos.length === 0) throw new SloObjectError('slos is empty')
  const slo = chosen(slos, name)
  const where = `SLO ${textAt(slo, 'name') ?? 'without a name'}`
  const budget = budgetOf(textAt(slo, 'objective'), 100, `${where}: objective`)
  const sli = at(slo, 'sli')
  if (at(sli, 'raw'))
    throw new SloObjectError(
      `${where}: sli.raw gives a ratio, not how many requests there were: use sli.events, or state it as a query`,
    )
  if (at(sli, 'plugin'))
    throw new SloObjectError(`${where}: sli.plugin is a program of Sloth's: use sli.events, or state it as a query`)
  const query = (field: string) => {
    const text = textAt(sli, 'events', field) ?? textAt(sli, 'events', inCamelCase(field))
    if (text === undefined) throw new SloObjectError(`${where}: sli.events.${field} is missing`)
    return withWindow(text, `${where}: sli.events.${field}`)
  }
  return {
    ...{ kind: 'errors', budget, windowSeconds: PERIOD_SECONDS },
    source: {
      kind: 'expressions',
      total: query('total_query'),
      part: query('error_query'),
      isGood: false,
      selectsPods: false,
    },
  }
}

function chosen(slos: readonly unknown[], name: string | undefined): unknown {
  const names = slos.map((slo) => textAt(slo, 'name') ?? '')
  if (name === undefined) {
    if (slos.length === 1) return slos[0]
    throw new SloObjectError(`it has several SLOs: choose one with slo (${names.slice(0, 10).join(', ')})`)
  }
  const found = slos[names.indexOf(name)]
  if (found === undefined) throw new SloObjectError(`it has no SLO ${name} (${names.slice(0, 10).join(', ')})`)
  return found
}

function inCamelCase(field: string): string {
  return field.replace(/_(.)/, (_, letter: string) => letter.toUpperCase())
}

/**
 * A query of a template of Go's, whose window is `{{.window}}`, with Plimsoll's placeholder for it.
 *
 * @throws SloObjectError if it contains anything else that a template can
 */
export function withWindow(text: string, where: string): string {
  const filled = text.replaceAll(/\{\{-?\s*\.[wW]indow\s*-?\}\}/g, '$window').trim()
  if (filled.includes('{{'))
    throw new SloObjectError(`${where}: {{.window}} is the only variable that can be filled in`)
  const why = whyNotCountable(filled)
  if (why !== undefined)
    throw new SloObjectError(`${where} cannot be counted: ${why.replaceAll('$window', '{{.window}}')}`)
  return filled
}
