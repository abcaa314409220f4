import type { ServerResponse } from 'node:http'
import { statusBody, statusOf, type WebhookError } from './errors.ts'

/** Answers with JSON in one write. */
export function reply(response: ServerResponse, status: number, json: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) })
  response.end(json)
}

export function refuse(response: ServerResponse, error: WebhookError): void {
  reply(response, statusOf(error.code), statusBody(error))
}
