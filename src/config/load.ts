import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { decodeText, ParsingError, parseYaml } from '../parsing/index.ts'
import { Settings } from './cluster-settings.ts'

/** The configuration cannot be used. The message says what, where, and what was expected. */
class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

const MAX_BYTES = 1024 * 1024

/**
 * Reads the settings from a YAML file. Everything has a default.
 *
 * @param path path of the file; if undefined, the defaults are returned
 * @throws ConfigError with the file and each setting that is wrong
 */
export function loadSettings(path: string | undefined): Settings {
  if (path === undefined) return Settings.parse({})
  return parseSettings(read(path), path)
}

/**
 * Settings from YAML text.
 *
 * @param where where the text is stored, for messages
 * @throws ConfigError with each setting that is wrong
 */
export function parseSettings(text: string, where: string): Settings {
  const result = Settings.safeParse(readValue(text, where) ?? {})
  if (result.success) return result.data
  throw new ConfigError(`${where} has settings that cannot be used:\n${z.prettifyError(result.error)}`)
}

function readValue(text: string, where: string): unknown {
  try {
    return parseYaml(text)
  } catch (cause) {
    if (!(cause instanceof ParsingError)) throw cause
    throw new ConfigError(`${where}: ${cause.message}`, { cause })
  }
}

function read(path: string): string {
  try {
    const bytes = readFileSync(path)
    if (bytes.length > MAX_BYTES) throw new ConfigError(`${path} is larger than 1 MiB: expected a file of settings`)
    return decodeText(bytes)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(`cannot read the settings: ${(error as Error).message}`)
  }
}
