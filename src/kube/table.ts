import { KubeError } from './errors.ts'
import type { KubeObject } from './resource.ts'

/**
 * Of an object only what some columns of `kubectl get` say. The server works them out, so that nothing else of the object is
 * encoded, sent and parsed. A column `Namespace` is taken for the object's namespace.
 */
export interface Row<Cells = Readonly<Record<string, unknown>>> extends KubeObject {
  /** By the name of their column; null where the object has no such field. Objects and lists come as JSON text. */
  readonly cells: Cells
}

/**
 * `Table` of `meta.k8s.io/v1`.
 *
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
 */
export interface Table {
  readonly kind: 'Table'
  readonly columnDefinitions?: readonly ColumnDefinition[] | null
  readonly rows?: readonly { readonly cells: readonly unknown[] }[] | null
}

interface ColumnDefinition {
  readonly name: string
  /** `name` for that of the object. */
  readonly format?: string
}

/** To be asked for; what serves no Tables sends whole objects. */
export const ACCEPT_TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'

export function isTable(object: object): object is Table {
  return (object as { kind?: unknown }).kind === 'Table'
}

/** Reads the Tables of one list, or of one watch, whose first event alone names the columns. */
export class TableReader {
  readonly #columns: readonly string[]
  /** Of each column, where it stands. */
  #places: readonly (readonly [column: string, place: number])[] | undefined
  #name = 0

  constructor(columns: readonly string[]) {
    this.#columns = columns
  }

  /**
   * Throws `NoSuchColumn` when the server does not know one of them, and `Malformed` for what is no Table.
   *
   * @param asked for errors
   */
  read(asked: string, { columnDefinitions, rows }: Table): Row[] {
    const isList = (value: unknown) => Array.isArray(value ?? [])
    if (!isList(columnDefinitions) || !isList(rows)) throw new KubeError('Malformed', `${asked}: no Table`)
    if (columnDefinitions) {
      this.#places = this.#find(asked, columnDefinitions)
      this.#name = columnDefinitions.findIndex(({ format }) => format === 'name')
    }
    const places = this.#places
    if (!places) throw new KubeError('Malformed', `${asked}: the Table does not name its columns`)
    return (rows ?? []).map((row) => {
      if (!Array.isArray(row.cells)) throw new KubeError('Malformed', `${asked}: a row of the Table has no cells`)
      const cells = Object.fromEntries(places.map(([column, place]) => [column, row.cells[place]]))
      return {
        metadata: { namespace: cells.Namespace as string | undefined, name: row.cells[this.#name] as string },
        cells,
      }
    })
  }

  #find(asked: string, definitions: readonly ColumnDefinition[]) {
    const names = definitions.map(({ name }) => name)
    const missing = this.#columns.filter((name) => !names.includes(name))
    if (missing.length > 0)
      throw new KubeError('NoSuchColumn', `${asked}: the server knows no column ${missing.join(', ')}`)
    return this.#columns.map((name) => [name, names.indexOf(name)] as const)
  }
}
