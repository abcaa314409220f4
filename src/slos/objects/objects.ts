import type { FindSloObject, SloObject } from './read.ts'

/** Objects of Pyrra, Sloth and OpenSLO, in memory. */
export class SloObjects {
  readonly #byKind = new Map<SloObject['kind'], Map<string, SloObject>>()
  #version = 0

  /** A number that changes whenever an object does. */
  get version(): number {
    return this.#version
  }

  readonly find: FindSloObject = (kind, namespace, name) => this.#byKind.get(kind)?.get(`${namespace}/${name}`)

  replace(kind: SloObject['kind'], all: Iterable<SloObject>): void {
    this.#byKind.set(kind, new Map(Array.from(all, (one) => [keyOf(one), one])))
    this.#version++
  }

  put(one: SloObject): void {
    const its = this.#byKind.get(one.kind) ?? new Map<string, SloObject>()
    this.#byKind.set(one.kind, its.set(keyOf(one), one))
    this.#version++
  }

  delete(one: Pick<SloObject, 'kind' | 'namespace' | 'name'>): void {
    this.#byKind.get(one.kind)?.delete(keyOf(one))
    this.#version++
  }
}

function keyOf({ namespace, name }: Pick<SloObject, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`
}
