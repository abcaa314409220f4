// What scripts that make a directory do with their arguments.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export function fail(message: string): never {
  console.error(message)
  process.exit(1)
}

/** The absolute path of a directory that does not exist yet, or is empty; ends the process if there is something in it. */
export function newDirectory(path: string): string {
  const directory = resolve(path)
  if (existsSync(directory) && readdirSync(directory).length > 0)
    fail(`${directory} is not empty: expected a new directory`)
  return directory
}

/** Version of the product, as package.json says. */
export function productVersion(): string {
  const file = join(import.meta.dirname, '..', 'package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
