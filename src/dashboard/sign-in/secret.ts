import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Creates a random secret of 256 bits, in base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * Digest by which a secret is remembered, so that leaked memory contains no secret and comparing takes no time that
 * says anything about it.
 */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** Compares two secrets in constant time, so that the time says nothing about them. */
export function isSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(one)), Buffer.from(digestOf(other)))
}
