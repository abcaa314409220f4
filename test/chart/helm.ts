import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { CHART } from '../../scripts/chart/files.ts'
import { locate } from '../cluster/harness/binaries.ts'

const OUTPUT_BYTES = 16 * 1024 * 1024

/** What every rendering needs: a chart from the sources names no image. */
export const IMAGE = { image: { repository: 'registry.example.com/plimsoll' } }

/** A rendered object, as far as tests look into it. */
export interface Rendered {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string } & Record<string, unknown>
  // biome-ignore lint/suspicious/noExplicitAny: rendered YAML of many kinds
  readonly [field: string]: any
}

/** Both majors that people use: 4 and 3. */
export const HELMS = ['helm', 'helm3'] as const
export type Helm = (typeof HELMS)[number]

/** Why tests of the chart cannot run here, as the reason of a skipped test; undefined when they can. */
export function helmObstacle(program: Helm = 'helm'): string | undefined {
  if (locate(program)) return undefined
  return `there is no ${program}: name a directory with it in PLIMSOLL_CLUSTER_BIN, or run npm run build:cluster, which builds it`
}

let home: string | undefined
after(() => home && rmSync(home, { recursive: true, force: true }))

/** Runs helm away from whatever this machine has configured; rejects with what it prints on standard error. */
export function helm(args: readonly string[], input = '', program: Helm = 'helm'): Promise<string> {
  home ??= mkdtempSync(join(tmpdir(), 'plimsoll-helm-'))
  mkdirSync(home, { recursive: true })
  const env = { HOME: home, PATH: '/usr/bin:/bin', KUBECONFIG: '/dev/null' }
  return new Promise((resolve, reject) => {
    const child = execFile(locate(program)!, args, { env, maxBuffer: OUTPUT_BYTES }, (error, stdout, stderr) => {
      if (error) reject(new Error(stderr))
      else resolve(stdout)
    })
    child.stdin!.end(input)
  })
}

export interface Rendering {
  readonly release?: string
  readonly program?: Helm
}

/** `helm template` as text. */
export async function template(
  values: object,
  args: readonly string[] = [],
  { release = 'plimsoll', program }: Rendering = {},
): Promise<string> {
  const command = ['template', release, CHART, '--namespace=plimsoll', '--values=-', ...args]
  // JSON is YAML.
  return await helm(command, JSON.stringify(values), program)
}

const rendered = new Map<string, Promise<Rendered[]>>()

/** `helm template` as objects; what was rendered before is not rendered again. */
export async function render(values: object = {}, rendering?: Rendering): Promise<Rendered[]> {
  const key = JSON.stringify([values, rendering])
  if (!rendered.has(key)) rendered.set(key, template({ ...IMAGE, ...values }, [], rendering).then(objectsIn))
  return structuredClone(await rendered.get(key)!)
}

export function objectsIn(text: string): Rendered[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Rendered | null)
    .filter((object) => object !== null)
}

export function only(objects: readonly Rendered[], kind: string, name?: string): Rendered {
  const found = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  )
  if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind} ${name ?? ''}`)
  return found[0]!
}
