import type {
  ActionAnswer,
  ActionName,
  ActionRequest,
  Detail,
  ExperimentsAnswer,
  Overview,
  Range,
  RefusalAnswer,
  SessionAnswer,
  UsageAnswer,
} from '../wire.ts'
import { addressOf } from './address.ts'

/** The server refused a request, or did not answer. The message is for the person who looks at the page. */
export class ApiError extends Error {
  readonly code: string
  /** How to sign in, if that is what is missing. */
  readonly way: 'link' | 'token' | undefined

  constructor(code: string, says: string, way?: 'link' | 'token') {
    super(says)
    this.code = code
    this.way = way
  }
}

let csrf = ''

async function ask<T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body) headers['content-type'] = 'application/json'
  if (method !== 'GET') headers['x-plimsoll-csrf'] = csrf
  const response = await fetch(addressOf(`/api/v1/${path}`), {
    ...{ method, headers, credentials: 'same-origin', cache: 'no-store', redirect: 'error' },
    ...(body && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((cause: Error) => {
    if (signal?.aborted) throw cause
    throw new ApiError('Unreachable', 'The dashboard does not answer. Is it still running?')
  })
  if (response.status === 204) return undefined as T
  const answer = await response.json().catch(() => {
    throw new ApiError('Unreachable', `The dashboard answered ${response.status} without saying why.`)
  })
  if (response.ok) return answer as T
  const { code, says, way } = (answer as RefusalAnswer).error
  throw new ApiError(code, `${says[0]?.toUpperCase() ?? ''}${says.slice(1)}`, way)
}

async function remember(asked: Promise<SessionAnswer>): Promise<SessionAnswer> {
  const session = await asked
  csrf = session.csrf
  return session
}

export interface Named {
  readonly namespace: string
  readonly kind: string
  readonly name: string
}

export function pathOf({ namespace, kind, name }: Named): string {
  return `workloads/${[namespace, kind, name].map(encodeURIComponent).join('/')}`
}

export const session = () => remember(ask('GET', 'session'))
export const signIn = (secret: string) => remember(ask('POST', 'session', { secret }))
export const signOut = () => ask<void>('DELETE', 'session')
export const fleet = (signal?: AbortSignal) => ask<Overview>('GET', 'fleet', undefined, signal)
export const experiments = (namespace: string, signal?: AbortSignal) =>
  ask<ExperimentsAnswer>('GET', `experiments?namespace=${encodeURIComponent(namespace)}`, undefined, signal)
export const workload = (named: Named, signal?: AbortSignal) => ask<Detail>('GET', pathOf(named), undefined, signal)
export const usage = (named: Named, range: Range | 'auto', signal?: AbortSignal) =>
  ask<UsageAnswer>('GET', `${pathOf(named)}/usage?range=${range}`, undefined, signal)
export const decide = (named: Named, action: ActionName, request: ActionRequest) =>
  ask<ActionAnswer>('POST', `${pathOf(named)}/${action}`, request)
