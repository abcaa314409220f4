import type { LabelSelector } from '../api/index.ts'

/** Longest selector that is read, because some objects write anything into their status. */
const MAX_LENGTH = 4096

const EQUALS = /^([^\s!=()]+)\s*==?\s*([^\s!=()]*)$/
const DIFFERS = /^([^\s!=()]+)\s*!=\s*([^\s!=()]*)$/
const AMONG = /^([^\s!=()]+)\s+(in|notin)\s*\(([^()]*)\)$/
const EXISTS = /^(!?)\s*([^\s!=()]+)$/

/**
 * Parses a selector in text form, such as `app=shop,tier in (a,b),!canary`, as a `scale` subresource has it.
 *
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 *
 * @returns undefined if it is empty, which selects nothing here, or invalid
 */
export function parseSelector(text: string): LabelSelector | undefined {
  if (text.trim() === '' || text.length > MAX_LENGTH) return undefined
  const matchExpressions: NonNullable<LabelSelector['matchExpressions']> = []
  for (const part of text.split(/,(?![^()]*\))/)) {
    const expression = parseRequirement(part.trim())
    if (!expression) return undefined
    matchExpressions.push(expression)
  }
  return { matchExpressions }
}

type Expression = NonNullable<LabelSelector['matchExpressions']>[number]

function parseRequirement(text: string): Expression | undefined {
  const [, equal, value] = EQUALS.exec(text) ?? []
  if (equal !== undefined) return { key: equal, operator: 'In', values: [value!] }
  const [, other, not] = DIFFERS.exec(text) ?? []
  if (other !== undefined) return { key: other, operator: 'NotIn', values: [not!] }
  const [, key, operator, list] = AMONG.exec(text) ?? []
  if (key !== undefined) {
    const values = list!.split(',').map((one) => one.trim())
    return { key, operator: operator === 'in' ? 'In' : 'NotIn', values }
  }
  const [, bang, name] = EXISTS.exec(text) ?? []
  return name === undefined ? undefined : { key: name, operator: bang ? 'DoesNotExist' : 'Exists' }
}
