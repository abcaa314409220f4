import { pathToFileURL } from 'node:url'
import { filesOf, type Group } from './groups.ts'

/** Registers all tests of a group in this process. */
export async function register(group: Group): Promise<void> {
  for (const file of filesOf(group).toSorted()) await import(pathToFileURL(file).href)
}
