import type { Answer, Api } from '../support/api.ts'

/** Asks for a Pod to be created, and only that: nothing is stored. */
export async function dryRunCreate(api: Api, namespace: string, pod: object): Promise<Answer> {
  return await api.call('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod)
}

/** Replaces what differs each time that the same Pod is created. Only for Pods without a service account's volume. */
export function withoutChance(text: string): string {
  return text.replace(/"(uid|creationTimestamp|time)":"[^"]*"/g, '"$1":"…"')
}
